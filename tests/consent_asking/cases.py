"""A consent to set up, for an adult and for a child, and what a patient answers to it."""

import base64
import copy
from typing import Any

ADDRESS = "https://letters.example.com"
ADULT: dict[str, Any] = {
    "patient": {
        "full_name": "Tessa Oldersby",
        "date_of_birth": "1958-04-02",
        "nhs_number": "9990001006",
    },
    "identity_check": {"method": "three_facts_matched"},
    "communication": {"needs_recorded": ["none"]},
    "photo": {
        "reason": "The mark on your arm has grown, and we want to compare it.",
        "kind": "photo",
        "body_site": "left forearm",
        "side": "left",
        "face_shown": False,
        "identifiable_by": ["none"],
        "intimate": False,
        "evidence_of_harm": False,
        "device": "practice_owned_managed",
        "copyright_owner": "practice",
    },
    "decision_maker": {"route": "adult_self"},
    "purposes": {
        "record": {"decision": ""},
        "share_care": {
            "decision": "",
            "recipient": "Skin team, Exampleton Hospital",
            "channel": "ers_advice_guidance",
        },
        "teach_closed": {
            "decision": "",
            "audience": "GP trainees and students",
            "anonymise": ["crop"],
        },
    },
}
CHILD: dict[str, Any] = {
    **copy.deepcopy(ADULT),
    "patient": {
        "full_name": "Robin Youngerby",
        "date_of_birth": "2018-06-01",
        "nhs_number": "9990001014",
    },
    "decision_maker": {
        "route": "parent",
        "name": "Morgan Youngerby",
        "pr_basis": "mother",
        "pr_checked_how": "stated_and_matches_record",
        "child_told_in_own_words": True,
        "child_view": "agrees",
        "other_parent_disagrees": "no",
    },
}
TOLD = (
    "why_photo",
    "what_will_show",
    "who_will_see",
    "how_stored_and_how_long",
    "can_say_no_care_same",
    "how_to_change_mind",
    "limits_of_withdrawal",
    "questions_answered",
)
YES_TO_ALL = {
    **{f"purposes.{key}.decision": "yes" for key in ("record", "share_care", "teach_closed")},
    **{f"information_given.{name}": True for name in TOLD},
}
MARK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAHElEQVR42mNgYPgPBnAajQthIKtiQOXC"
    "1QwLMwCg+79BiA9OHAAAAABJRU5ErkJggg=="
)


def changed(answers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return answers with some changed, by dotted name with two underscores for a dot."""
    tree = copy.deepcopy(answers)
    for name, value in changes.items():
        *above, last = dotted(name).split(".")
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return tree


def dotted(name: str) -> str:
    """Return a dotted name that was written with two underscores for each dot."""
    return name.replace("__", ".")


TEENAGER = changed(
    ADULT,
    patient__date_of_birth="2012-01-01",
    decision_maker={
        "route": "child_competent_self",
        "parent_involvement": "involved",
        "proxy_access_on_record": False,
        "competence": {
            "understands_purpose": True,
            "understands_who_sees": True,
            "understands_can_refuse": True,
            "understands_consequences": True,
            "free_from_pressure": True,
            "note": "She told me in her own words what the photo is for.",
        },
    },
    purposes__present_external={"decision": "", "event": "Regional skin course, 2027"},
)
CANNOT_DECIDE = {
    "capacity": "lacks_capacity",
    "capacity_assessment": {
        "decision": "A photo of the forearm for the skin team",
        "help_given": "Plain words, pictures, her daughter beside her",
        "impairment": "Dementia",
        "cannot": ["retain", "weigh"],
        "because_of_impairment": True,
        "may_regain": False,
        "assessed_by": "Dr Casey Clinician",
        "assessed_on": "2026-11-19",
    },
    "best_interests": {
        "past_wishes": "She liked to be photographed.",
        "present_wishes": "She nods and smiles.",
        "people_asked": "Her daughter",
        "less_restrictive_way": "None that helps as much",
        "conclusion": "A photo helps the skin team.",
    },
    "patient_objects": False,
}
CARE = {key: ADULT["purposes"][key] for key in ("record", "share_care")}
ATTORNEYS = changed(
    ADULT,
    purposes=CARE,
    decision_maker={
        **CANNOT_DECIDE,
        "route": "attorney",
        "name": "Ash Oldersby",
        "lpa": {
            "type": "health_and_welfare",
            "registered": True,
            "seen_by": "Robin Reception",
            "seen_how": "document",
            "how_attorneys_act": "jointly",
            "attorneys": ["Ash Oldersby", "Kit Oldersby"],
        },
    },
)
BEST_INTERESTS = changed(
    ADULT, purposes=CARE, decision_maker={**CANNOT_DECIDE, "route": "best_interests"}
)
