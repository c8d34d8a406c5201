"""Every letter in the library gives, for each of its cases, what the case expects."""

from pathlib import Path

import pytest

from lettergen import forms
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import Case, read_cases
from lettergen.forms import Reading
from lettergen.places import CHECKOUT

LIBRARY = Library(Folders((CHECKOUT / "forms",), (CHECKOUT / "templates" / "letters",)))
CASES = CHECKOUT / "tests" / "letters"
EVERY_CASE = [
    pytest.param(slug, case, id=f"{slug}: {case.name}")
    for slug in LIBRARY.folders.slugs()
    if (path := CASES / f"{slug}.toml").is_file()
    for case in read_cases(path)
]


def reading_of(slug: str, case: Case) -> Reading:
    kind = LIBRARY.get(slug)
    typed = forms.flatten(kind, case.answers)
    return forms.read(kind, typed, on=case.on, directories=LIBRARY.directories, pages=case.pages)


@pytest.mark.parametrize(("slug", "case"), EVERY_CASE)
def test_case_gives_what_it_expects(slug: str, case: Case) -> None:
    found = reading_of(slug, case)

    expected = dict(case.expected)
    forgotten = expected.pop("forgotten", [])
    missing = expected.pop("missing", None)
    assert {
        "stops": [one.rule_id for one in found.stops],
        "warnings": [one.rule_id for one in found.warnings],
        "info": [one.rule_id for one in found.info],
        "errors": sorted(found.errors),
        **{name: found.computed[name] for name in expected if name in found.computed},
    } == {"stops": [], "warnings": [], "info": [], "errors": [], **expected}
    assert missing is None or list(found.missing) == missing
    assert all(name in case.answers and name not in found.answers for name in forgotten)


@pytest.mark.parametrize("slug", LIBRARY.folders.slugs())
def test_every_rule_of_a_letter_fires_in_a_case_and_rests_in_another(slug: str) -> None:
    rules = {rule.id for rule in LIBRARY.get(slug).rules}
    cases = read_cases(Path(CASES / f"{slug}.toml"))

    fired = [
        {rule for level in ("stops", "warnings", "info") for rule in case.expected.get(level, ())}
        for case in cases
    ]

    assert rules - set().union(*fired) == set()
    assert set.intersection(*fired) == set()


@pytest.mark.parametrize("slug", LIBRARY.folders.slugs())
def test_every_letter_has_a_case_that_could_be_issued(slug: str) -> None:
    cases = read_cases(Path(CASES / f"{slug}.toml"))

    assert any(reading_of(slug, case).is_sound for case in cases)
