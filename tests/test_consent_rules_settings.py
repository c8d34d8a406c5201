"""What a practice may set for photo consent, with the documented defaults."""

from pathlib import Path

import pytest

from lettergen.consents.form import catalogue, settings
from lettergen.places import Places

CATALOGUE = catalogue.load(Places(Path("/nowhere")))


def test_without_anything_stored_the_documented_defaults_hold():
    found = settings.read(None, CATALOGUE)

    assert found == settings.read({}, CATALOGUE)
    assert found.validity_months["teach_closed"] == 60
    assert found.deadlines["teach_closed"] == settings.Deadline(5, 20)
    assert found.deadlines["publish.after_publication"] == settings.Deadline(1, None)
    assert found.letter_days == 10
    assert found.channels == CATALOGUE.channels
    assert "whatsapp" not in found.channels
    assert not found.personal_phone_allowed
    assert not found.keeps_preview


def test_what_is_stored_is_laid_over_the_defaults_name_by_name():
    stored = {
        "validity_months": {"public": 12},
        "deadlines": {"teach_closed": {"confirm_days": 10}},
        "channels": ["nhsmail_to_nhsmail", "ers_referral"],
        "personal_phone_allowed": True,
        "personal_phone_policy": "Photo policy 3",
        "keeps_preview": True,
    }

    found = settings.read(stored, CATALOGUE)

    assert (found.validity_months["public"], found.validity_months["share_care"]) == (12, 12)
    assert found.deadlines["teach_closed"] == settings.Deadline(5, 10)
    assert found.channels == ("ers_referral", "nhsmail_to_nhsmail")
    assert found.personal_phone_policy == "Photo policy 3"
    assert found.keeps_preview
    assert dict(found.stored) == stored


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ([], "settings"),
        ({"valid": 3}, "valid"),
        ({"validity_months": {"public": 0}}, "validity_months.public"),
        ({"validity_months": {"public": 121}}, "validity_months.public"),
        ({"validity_months": {"public": True}}, "validity_months.public"),
        ({"validity_months": {"record": 12}}, "validity_months.record"),
        ({"validity_months": {"selling": 12}}, "validity_months.selling"),
        ({"validity_months": 12}, "validity_months"),
        ({"deadlines": {"public": 3}}, "deadlines.public"),
        ({"deadlines": {"public": {"stop_days": -1}}}, "deadlines.public"),
        ({"deadlines": {"teach_closed": {"confirm_days": 4}}}, "deadlines.teach_closed"),
        ({"deadlines": {"public": {"hours": 3}}}, "deadlines.public"),
        ({"channels": []}, "channels"),
        ({"channels": ["whatsapp"]}, "channels"),
        ({"channels": [3]}, "channels"),
        ({"letter_days": 0}, "letter_days"),
        ({"removal_days": "20"}, "removal_days"),
        ({"personal_phone_allowed": "yes"}, "personal_phone_allowed"),
        ({"personal_phone_allowed": True}, "personal_phone_policy"),
        ({"personal_phone_policy": 3}, "personal_phone_policy"),
        ({"keeps_preview": None}, "keeps_preview"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(stored, name):
    with pytest.raises(settings.BadConsentSettings) as refused:
        settings.read(stored, CATALOGUE)

    assert list(refused.value.errors) == [name]


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(settings.BadConsentSettings) as refused:
        settings.read({"letter_days": 0, "channels": [], "colour": "blue"}, CATALOGUE)

    assert set(refused.value.errors) == {"letter_days", "channels", "colour"}
    assert len(refused.value.reasons) == 3
