"""A recorded communication need chooses the format by itself."""

import tomllib

import pytest

from lettergen import delivery, documents, forms
from lettergen.definitions import Folders, Library
from lettergen.delivery import PAGE
from lettergen.forms import letter_values
from lettergen.places import CHECKOUT
from tests.conftest import NOW

LARGE, EMAIL, BRAILLE = {"large_print": "Large print"}, {"email_text": "E-mail"}, {"b": "Braille"}


@pytest.mark.parametrize(
    ("formats", "first", "on_paper", "said"),
    [
        ({}, "patient", "patient", ""),
        (LARGE, "large", "large", "Recorded need: large print. The large-print PDF comes first."),
        (EMAIL, PAGE, "patient", "Recorded need: e-mail. Send the link"),
        ({**LARGE, **EMAIL}, PAGE, "large", "Recorded need: large print, e-mail."),
        (BRAILLE, "patient", "patient", "Braille is not made here: please arrange it."),
    ],
)
def test_the_need_chooses_what_comes_first(counter, letter, formats, first, on_paper, said):
    counter.change(letter, formats=formats)
    handed = counter.hand(letter)

    chosen, view = formats_of(counter, letter), counter.view(handed)

    assert (chosen.first, chosen.on_paper) == (first, on_paper)
    assert said in chosen.reason
    assert bool(chosen.reason) is bool(formats)
    assert view.first == first
    assert view.files[0].kind == on_paper


def test_a_letter_of_an_earlier_version_says_that_it_has_no_large_print(counter, letter, sessions):
    counter.change(letter, formats=LARGE)
    with sessions.begin() as session:
        found = documents.get(session, counter.actor, letter.id)
        found.files = [one for one in found.files if one.kind != "large"]

    chosen = formats_of(counter, letter)

    assert chosen.on_paper == "patient"
    assert "has no large-print PDF" in chosen.reason


def test_a_form_says_by_its_data_which_questions_record_the_need():
    library = Library(Folders((CHECKOUT / "forms",), (CHECKOUT / "templates/letters",)))
    kind = library.get("adhd-referral")
    case = tomllib.loads((CHECKOUT / "tests/letters/adhd-referral.toml").read_text("utf-8"))
    answers = {
        **case["cases"][0]["answers"],
        "accessible_format": ["large_print", "braille"],
        "email": "rowan@example.com",
        "safe_to_leave_message": "no",
    }
    typed = forms.flatten(kind, answers)
    reading = forms.read(kind, typed, on=NOW.date(), directories=library.directories)

    patient = letter_values(reading, day=NOW.date())["patient"]

    assert patient["formats"] == {"large_print": "Large print", "braille": "Braille"}
    assert patient["email"] == "rowan@example.com"
    assert patient["is_safe_to_write"] is False


def test_an_option_that_nothing_special_is_needed_is_no_need():
    library = Library(Folders((CHECKOUT / "forms",), (CHECKOUT / "templates/letters",)))
    kind = library.get("adhd-referral")
    typed = {"accessible_format": ["none"]}
    reading = forms.read(kind, typed, on=NOW.date(), directories=library.directories)

    patient = letter_values(reading, day=NOW.date())["patient"]

    assert patient["formats"] == {}
    assert patient["is_safe_to_write"] is True


def formats_of(counter, letter):
    with counter.sessions() as session:
        return delivery.formats_for(documents.get(session, counter.actor, letter.id).content)
