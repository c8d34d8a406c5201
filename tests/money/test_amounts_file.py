"""`lettergen lint requests` reads the amounts that others set, and names what is wrong, by line."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from lettergen.places import here
from lettergen.requests.money import tariff, tariff_lint

SHIPPED = Path(here().forms_folders[0])


@dataclass
class Places:
    """The shipped forms, and a practice's folder beside them."""

    forms_folders: tuple[Path, ...]


def faults(tmp_path, before="", after=""):
    text = (SHIPPED / tariff.FILE).read_text("utf-8")
    assert before in text
    file = tmp_path / tariff.FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace(before, after, 1) if before else text, "utf-8")
    return [fault.message for fault in tariff_lint.faults_of(Places((SHIPPED, tmp_path)))]


def test_the_shipped_amounts_are_sound(tmp_path):
    assert faults(tmp_path) == []


WRONG = [
    ('amount = "62.50"', 'amount = "62.5"', "pounds and pence"),
    ('amount = "62.50"', "amount = 62.5", "wrong kind"),
    ('amount = "62.50"', 'amount = "٦٢.٥٠"', "pounds and pence"),
    ('type = "dvla_exam"', 'type = "dvla_exams"', "no type dvla_exams"),
    ('type = "dvla_exam"', 'type = "council_tax_smi"', "no public body pays"),
    ("from = 2026-04-01", "from = 2026-01-01", "another entry"),
    ("from = 2026-04-01", 'from = "soon"', "wrong kind"),
    ("percent = 20", "percent = 200", "from 1 to 100"),
    ("warn_percent = 80", "", "warn_percent is missing"),
    ('vat = "SR"', 'vat = "XX"', "vat is one of"),
    ("gp_min = 8", "gp_min = -8", "not less than 0"),
    ("[other]", "[others]", "unknown key others"),
    ("[other]", "[other", ""),
]


@pytest.mark.parametrize(("before", "after", "said"), WRONG)
def test_each_fault_is_named(tmp_path, before, after, said):
    found = faults(tmp_path, before, after)

    assert any(said in one for one in found), found
