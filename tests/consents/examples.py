"""Signed cases of the photo consent form, and answers that change them: for tests of its rules."""

import copy
import json

from lettergen.places import CHECKOUT

VALID = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
ADULT = VALID["case1_adult_direct_care"]
CHILD = VALID["case3_child8_mother"]
NOTE = {
    "past_wishes": "Always glad of help",
    "present_wishes": "Smiled and held out her arm",
    "people_asked": "Daughter and carers",
    "less_restrictive_way": "A drawing would not do",
    "conclusion": "It is in her best interests",
}
ASSESSMENT = {
    "decision": "Whether to have a photo of a sore",
    "help_given": "Pictures, and time",
    "impairment": "Dementia",
    "cannot": ["retain", "weigh"],
    "because_of_impairment": True,
    "may_regain": False,
    "assessed_by": "Dr A Example",
    "assessed_on": "2026-11-10",
}
POWER = {
    "type": "health_and_welfare",
    "registered": True,
    "reference": "LPA-TEST-1",
    "seen_by": "Dr A Example",
    "seen_how": "opg100",
    "how_attorneys_act": "sole",
}
ARTICLE = {
    "decision": "yes",
    "outlet_type": "journal",
    "outlet_name": "Journal of Examples",
    "article_title": "A rash",
    "online": True,
    "material_seen": "final_draft",
    "material_sha256": "a" * 64,
    "read_on": "2026-11-15",
    "ack_not_anonymous": True,
    "ack_details_of_illness": True,
    "ack_internet": True,
    "ack_no_recall": True,
    "licence": "cc_by_4_0",
    "ack_licence": True,
    "ack_may_be_edited_or_translated": True,
    "ack_no_payment": True,
    "journal_form_also_signed": "yes",
    "patient_wants_copy": False,
    "third_parties": False,
    "authors": ["Dr A Example"],
}


def changed(base, changes):
    """Return a copy of a case with other values at dotted names."""
    tree = copy.deepcopy(base)
    for path, value in changes.items():
        *above, last = path.split(".")
        node = tree
        for part in above:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        node[int(last) if isinstance(node, list) else last] = copy.deepcopy(value)
    return tree


def decided_by(route, role, **more):
    """Return the adult case as decided by somebody else, who signs in this role."""
    name = "Dr A Example" if role == "clinician" else "Testdecider Five"
    maker = {"route": route, "capacity": "lacks_capacity", "name": "Testdecider Five"}
    maker |= {"capacity_assessment": ASSESSMENT, "best_interests": NOTE, "patient_objects": False}
    signer = {"signatures.0.signer_role": role, "signatures.0.signer_name": name}
    return changed(ADULT, {"decision_maker": maker | more, **signer})
