"""A new kind of letter: files in a folder, no code; filled, reviewed, issued and read back."""

from pathlib import Path

import pypdfium2
import pytest

from lettergen import documents
from lettergen.definitions import Folders, Library
from lettergen.definitions.lint import lint
from lettergen.places import shipped
from lettergen.rendering import Renderer

DEFINITION = """
title = "Gym letter"
family = "third-party"
summary = "Says what exercise was advised."
minutes = 5
include = ["patient", "practice", "signer"]
[identifies]
given_name = "given_name"
family_name = "family_name"
date_of_birth = "date_of_birth"
nhs_number = "nhs_number"
addressee = "gym"
[sections.advice]
title = "Advice"
[fields.gym]
section = "advice"
type = "text"
label = "Name of the gym"
required = true
[fields.advised]
type = "choice"
label = "What was advised?"
required = true
options.start_low = "Start low and build up"
options.avoid = "Avoid some exercise"
[fields.avoid_what]
type = "paragraph"
label = "What should be avoided?"
show_if = { advised = "avoid" }
required = true
[[rules]]
id = "G01"
level = "warn"
when = { advised = "avoid" }
message = "Advice is no clearance."
source = "own"
"""
TEMPLATE = """{% extends "_letter.html" %}
{% block text %}
  <h2>Exercise</h2>
  <p>{{ said.advised }}: {{ answers.avoid_what or "nothing to avoid" }}</p>
{% endblock %}
"""
CASES = """
[[cases]]
name = "avoids rowing"
on = 2026-11-20
[cases.answers]
gym = "Example Gym"
advised = "avoid"
avoid_what = "Rowing"
[cases.expect]
warnings = ["G01"]
"""
PATIENT = {
    "given_name": ["Nguyễn"],
    "family_name": ["Testerby"],
    "date_of_birth-day": ["12"],
    "date_of_birth-month": ["4"],
    "date_of_birth-year": ["1998"],
    "nhs_number": ["999 000 1006"],
    "address_lines": ["Flat 2\n14 Specimen Road"],
    "postcode": ["zz99 3wz"],
}
ADVICE = {
    "gym": ["Example Gym"],
    "advised": ["avoid"],
    "avoid_what": ["Rowing until the wrist has healed"],
    "override_reasons-G01": ["The patient knows that this is no clearance"],
}


@pytest.fixture
def own(tmp_path):
    """The practice's own folder, with the three files of one name in it."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "cases").mkdir()
    (tmp_path / "gym-letter.toml").write_text(DEFINITION)
    (tmp_path / "templates/gym-letter.html").write_text(TEMPLATE)
    (tmp_path / "cases/gym-letter.toml").write_text(CASES)
    return tmp_path


@pytest.fixture
def office(own):
    letters = (shipped("templates") / "letters", own / "templates")
    library = Library(Folders((shipped("forms"), own), letters))
    with Renderer(letters) as renderer:
        yield documents.Office(library, renderer, "https://letters.example.com")


def text_of(pdf):
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


def test_three_files_are_a_sound_new_type(own, office):
    assert lint(office.library, ["gym-letter"], Path(own / "cases")) == []
    assert "Gym letter" in [kind.title for kind in office.library.document_types]


@pytest.mark.slow
def test_a_new_letter_is_filled_issued_and_read_back(office, session, people, now):
    actor = people.clinician
    draft = documents.start(session, office, actor, "gym-letter", at=now)
    typed = {**draft.typed, **PATIENT, **ADVICE}
    draft = documents.save(session, office, actor, draft.id, typed, revision=draft.revision, at=now)

    review = documents.prepare(session, office, actor, draft.id, at=now)
    document = documents.issue(session, office, actor, draft.id, review.seal, at=now)
    session.commit()

    text = text_of(documents.file(session, actor, document.id, "letter"))
    assert "Avoid some exercise: Rowing until the wrist has healed" in text
    assert "Nguyễn" in text
    assert "999 000 1006" in text
    assert document.reference in text
    found = documents.find(session, actor, slug="gym-letter")
    assert [one.reference for one in found.items] == [document.reference]
    kept = documents.get(session, actor, document.id).content
    assert kept.answers["advised"] == "avoid"
    assert kept.warnings[0]["reason"] == ADVICE["override_reasons-G01"][0]


@pytest.mark.slow
def test_what_is_not_asked_any_more_is_not_in_the_letter(office, session, people, now):
    actor = people.clinician
    draft = documents.start(session, office, actor, "gym-letter", at=now)
    typed = {**draft.typed, **PATIENT, **ADVICE, "advised": ["start_low"]}
    documents.save(session, office, actor, draft.id, typed, revision=draft.revision, at=now)

    review = documents.prepare(session, office, actor, draft.id, at=now)
    document = documents.issue(session, office, actor, draft.id, review.seal, at=now)

    text = text_of(documents.file(session, actor, document.id, "letter"))
    assert "nothing to avoid" in text
    assert "Rowing" not in text
    assert "avoid_what" not in documents.get(session, actor, document.id).content.answers
