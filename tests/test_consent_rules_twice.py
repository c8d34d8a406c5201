"""The consent rules, held against a second reading that was written from the tables alone.

The reading knows nothing of the program. Each rule is one small function over the raw answers,
from the tables of routes, purposes, methods and codes; decision records 080 to 082 say how the
tables are read where they are silent or at odds.
"""

import copy
import itertools
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lettergen.consents.form import catalogue
from lettergen.consents.rules import checking
from lettergen.places import Places
from tests.consents.examples import (
    ADULT,
    ARTICLE,
    ASSESSMENT,
    CHILD,
    NOTE,
    POWER,
    VALID,
    changed,
    decided_by,
)

CARE = ["record", "share_care"]
BEYOND = ["teach_closed", "present_external", "publish", "public", "research"]
OUTSIDE = ["present_external", "publish", "public"]
UK = ZoneInfo("Europe/London")

# route: youngest, oldest, who signs
ROUTES = {
    "adult_self": (18, 200, "patient"),
    "young_person_self": (16, 17, "patient"),
    "child_competent_self": (0, 15, "patient"),
    "parent": (0, 15, "parent"),
    "attorney": (18, 200, "attorney"),
    "deputy": (16, 200, "deputy"),
    "best_interests": (16, 200, "clinician"),
}
PROXIES = ["parent", "attorney", "deputy", "best_interests"]
INCAPABLE = ["attorney", "deputy", "best_interests"]
ALL = [*CARE, *BEYOND]
METHODS = {
    "drawn_on_practice_device": ALL,
    "typed_and_ticked_on_practice_device": [p for p in ALL if p not in ("publish", "public")],
    "mark_with_witness": ALL,
    "wet_ink_scan": ALL,
    "verbal_recorded": CARE,
    "bsl_video_recorded": ALL,
    "drawn_by_link": ALL,
    "typed_by_link": [p for p in ALL if p not in ("publish", "public")],
}
SECURE = [
    "ers_advice_guidance", "ers_referral", "nhsmail_to_nhsmail", "nhsmail_to_accredited_domain",
    "nhsmail_secure", "approved_image_app", "shared_clinical_system",
]  # fmt: skip
RESPONSIBLE = [
    "mother", "father_married", "father_on_certificate", "agreement", "order",
    "child_arrangements", "special_guardian", "adopter", "guardian", "second_female_parent",
    "step_parent_with_agreement_or_order", "local_authority_care_order",
]  # fmt: skip
TICKS = [
    "ack_not_anonymous", "ack_details_of_illness", "ack_internet", "ack_no_recall",
    "ack_may_be_edited_or_translated", "ack_no_payment",
]  # fmt: skip


def at(tree, path):
    for part in path.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree.strip() if isinstance(tree, str) else tree


def moment(text):
    if not isinstance(text, str) or len(text) < 16:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None


def said(tree, purpose):
    return at(tree, f"purposes.{purpose}.decision")


def yes(tree, purposes):
    return [purpose for purpose in purposes if said(tree, purpose) == "yes"]


def weight(digits):
    total = sum(
        int(digit) * factor for digit, factor in zip(digits, range(10, 1, -1), strict=False)
    )
    return 11 - total % 11


def number_is_wrong(tree):
    number = (at(tree, "patient.nhs_number") or "").replace(" ", "").replace("-", "")
    if len(number) != 10 or not number.isdecimal() or len(set(number)) == 1:
        return True
    return {11: 0}.get(weight(number), weight(number)) != int(number[9])


class Reading:
    def __init__(self, tree, on):
        self.tree, self.on = tree, on
        self.tomorrow = datetime.combine(on + timedelta(days=1), datetime.min.time(), UK)
        self.signatures = tree.get("signatures") or []
        self.route = at(tree, "decision_maker.route")
        self.signed = self._signed()
        day = self.signed.astimezone(UK).date() if self.signed else on
        born = at(tree, "patient.date_of_birth")
        self.born = date.fromisoformat(born) if born else None
        if self.born and self.born > day:
            self.born = None
        self.age = None
        if self.born:
            had = (day.month, day.day) >= (self.born.month, self.born.day)
            self.age = day.year - self.born.year - (0 if had else 1)
        self.fits = self._fits()

    def _role(self):
        return ROUTES[self.route][2] if self.route in ROUTES else None

    def own(self):
        return [s for s in self.signatures if s.get("signer_role") == self._role()]

    def _signed(self):
        groups = [self.own()] if self.route in ROUTES else []
        roles = ("patient", "parent", "attorney", "deputy")
        groups.append([s for s in self.signatures if s.get("signer_role") in roles])
        for group in groups:
            times = [moment(s.get("signed_at")) for s in group]
            times = [t for t in times if t and t < self.tomorrow]
            if times:
                return min(times)
        return (
            moment(at(self.tree, "clinician.declared_at")) if self._role() == "clinician" else None
        )

    def _fits(self):
        if self.route not in ROUTES:
            return False
        if self.age is None:
            return True
        youngest, oldest, _ = ROUTES[self.route]
        assessed = at(self.tree, "decision_maker.capacity_assessment")
        if self.route == "parent" and (
            assessed or at(self.tree, "decision_maker.capacity") == "lacks_capacity"
        ):
            oldest = 17
        return youngest <= self.age <= oldest

    def minor(self):
        return self.age is not None and self.age < 18

    def private(self):
        return at(self.tree, "photo.intimate") is True

    def incapable(self):
        if not self.fits:
            return self.age is not None and self.age >= 16 and self._said_incapable()
        if self.route in INCAPABLE:
            return True
        if self.age is None or self.age < 16:
            return False
        return self.route == "parent" or self._said_incapable()

    def _said_incapable(self):
        return at(self.tree, "decision_maker.capacity") == "lacks_capacity"

    def shows_who(self):
        marks = [m for m in at(self.tree, "photo.identifiable_by") or [] if m != "none"]
        return bool(marks) or at(self.tree, "photo.face_shown") is True

    def signed_off(self):
        guardian = at(self.tree, "decision_maker.caldicott_signoff") or {}
        return all(guardian.get(part) for part in ("name", "date", "reason"))

    def noted(self):
        note = at(self.tree, "decision_maker.best_interests") or {}
        parts = [
            "past_wishes",
            "present_wishes",
            "people_asked",
            "less_restrictive_way",
            "conclusion",
        ]
        return all(len(note.get(part) or "") >= 5 for part in parts)

    def parent_signed(self):
        child = " ".join((at(self.tree, "patient.full_name") or "").split()).casefold()
        names = [s.get("signer_name") for s in self.signatures if s.get("signer_role") == "parent"]
        return any(n and " ".join(n.split()).casefold() != child for n in names)

    # what stands against a yes to one purpose: the table of routes, purpose by purpose
    def refusals(self, purpose):
        if purpose in CARE:
            return set()
        codes = set()
        if self.private() and not self.minor():
            codes.add("E22")
        proxy = self.fits and self.route in PROXIES
        if purpose == "public" and (self.minor() or proxy):
            codes.add("E19")
        if not self.fits:
            return codes
        if self.incapable():
            if purpose in OUTSIDE:
                codes.add("E09")
            elif not self.signed_off() or (self.route in INCAPABLE and not self.noted()):
                codes.add("E09 sign")
        elif self.route == "parent":
            if (
                purpose in ("present_external", "publish")
                and self.shows_who()
                and not self.signed_off()
            ):
                codes.add("E09 sign")
        elif self.route == "child_competent_self" and purpose != "teach_closed":
            codes |= set() if self.parent_signed() else {"E18"}
        return codes

    def asked(self, purpose):
        """A yes whose details still matter: nothing forbids it outright."""
        shut = self.private() and self.minor()
        forbidden = self.refusals(purpose) & {"E09", "E19", "E22"}
        return said(self.tree, purpose) == "yes" and not shut and not forbidden


def codes_of(tree, on):
    """Return the codes E and S that the tables give for a stored case on a day."""
    read = Reading(tree, on)
    found = set()
    if number_is_wrong(tree):
        found.add("E01")
    if read.age is not None and not read.fits:
        found.add("E02")
    if any(said(tree, purpose) not in ("yes", "no", "not_asked") for purpose in ALL):
        found.add("E03")
    for purpose in yes(tree, BEYOND):
        found |= {code.split()[0] for code in read.refusals(purpose)}
    if read.private() and read.minor():
        found -= {"E22"}
        found.add("E07")
    for rule in (
        weak_signature, insecure, irresponsible, powerless, backwards, too_soon, unwilling,
        unapproved, interpreted, unaccompanied, unread, mistaken, not_together, left_on_phone,
        in_future, resisted, harmed, disputed, unseen,
    ):  # fmt: skip
        found |= rule(read, tree)
    return found


def weak_signature(read, tree):
    groups = {}
    for one in read.own():
        key = (one.get("signer_role"), " ".join((one.get("signer_name") or "").split()).casefold())
        groups.setdefault(key, []).append(one)
    needed = [(key, signed, yes(tree, ALL)) for key, signed in groups.items()]
    if read.route == "child_competent_self":
        child = " ".join((at(tree, "patient.full_name") or "").split()).casefold()
        for one in read.signatures:
            name = " ".join((one.get("signer_name") or "").split()).casefold()
            if one.get("signer_role") == "parent" and name not in ("", child):
                mine = [s for s in read.signatures if s.get("signer_name") == one["signer_name"]]
                mine = [s for s in mine if s.get("signer_role") == "parent"]
                needed.append((name, mine, yes(tree, ["present_external", "publish", "research"])))
    for _, signed, purposes in needed:
        for purpose in purposes:
            if read.asked(purpose) and not any(strong(one, purpose, tree) for one in signed):
                return {"E04"}
    return set()


def strong(signature, purpose, tree):
    method = signature.get("method")
    if method == "verbal_recorded" and purpose == "teach_closed":
        return bool(at(tree, "verbal.why_not_written"))
    return purpose in METHODS.get(method, CARE)


def insecure(read, tree):
    channel = at(tree, "purposes.share_care.channel")
    return {"E05"} if read.asked("share_care") and channel not in SECURE else set()


def irresponsible(read, tree):
    basis = at(tree, "decision_maker.pr_basis")
    return {"E06"} if read.fits and read.route == "parent" and basis not in RESPONSIBLE else set()


def powerless(read, tree):
    if not read.fits or read.route != "attorney":
        return set()
    power = at(tree, "decision_maker.lpa") or {}
    sound = power.get("type") == "health_and_welfare" and power.get("registered") is True
    return set() if sound and (power.get("seen_by") or power.get("seen_how")) else {"E08"}


def backwards(read, tree):
    times = [moment(e["at"]) for e in tree.get("events") or [] if e.get("type") == "withdrawn"]
    return {"E10"} if read.signed and any(t and t < read.signed for t in times) else set()


def too_soon(read, tree):
    existing = ("patients_own_photo_already_sent", "photo_already_in_record")
    for image in tree.get("images") or []:
        taken = moment(image.get("taken_at"))
        explained = image.get("taken_before_consent_reason") or at(tree, "photo.kind") in existing
        if taken and read.signed and taken <= read.signed and not explained:
            return {"E11"}
    return set()


def unwilling(read, tree):
    objects = at(tree, "decision_maker.child_view") == "objects"
    return {"E12"} if read.fits and read.route == "parent" and objects else set()


def unapproved(read, tree):
    reference = at(tree, "purposes.research.rec_reference") or ""
    has_number = any(ch.isdigit() for ch in reference)
    return {"E13"} if read.asked("research") and not has_number else set()


def interpreted(read, tree):
    if at(tree, "communication.interpreter_used") is not True:
        return set()
    kind = at(tree, "communication.interpreter_type")
    if kind == "child" or (kind == "family_adult" and yes(tree, BEYOND)):
        return {"E14"}
    return set()


def unaccompanied(read, tree):
    if not read.private() or read.minor():
        return set()
    answer = at(tree, "photo.chaperone") or {}
    return set() if answer.get("outcome") and answer.get("offered") is not None else {"E15"}


def unread(read, tree):
    if not read.asked("publish"):
        return set()
    article = tree["purposes"]["publish"]
    lines = TICKS if article.get("licence") == "not_yet_known" else [*TICKS, "ack_licence"]
    return {"E16"} if any(article.get(line) is not True for line in lines) else set()


def mistaken(read, tree):
    if not read.fits or irresponsible(read, tree) or powerless(read, tree) or not read.signatures:
        return set()
    want = ROUTES[read.route][2]
    roles = [s.get("signer_role") for s in read.signatures]
    others = {"patient", "parent", "attorney", "deputy"} - {want}
    if want in roles:
        if read.route == "child_competent_self":
            others -= {"parent"}
        if read.route in PROXIES:
            others -= {"patient"}
    if any(role in others for role in roles):
        return {"E17"}
    if want not in roles and want != "clinician" and any(roles):
        return {"E17"}
    people = {
        "patient": [at(tree, "patient.full_name")],
        "clinician": [at(tree, "decision_maker.name"), at(tree, "clinician.name")],
    }.get(want, [at(tree, "decision_maker.name")])
    if want == "attorney":
        listed = at(tree, "decision_maker.lpa.attorneys") or []
        if not listed and at(tree, "decision_maker.lpa.how_attorneys_act") == "jointly":
            return set()
        people = [*people, *listed]
    known = {" ".join(name.split()).casefold() for name in people if name}
    names = [" ".join((s.get("signer_name") or "").split()).casefold() for s in read.own()]
    return {"E17"} if known and any(name and name not in known for name in names) else set()


def not_together(read, tree):
    joint = at(tree, "decision_maker.lpa.how_attorneys_act") == "jointly"
    if not read.fits or read.route != "attorney" or powerless(read, tree) or not joint:
        return set()
    signed = {" ".join((s.get("signer_name") or "").split()).casefold() for s in read.own()} - {""}
    listed = at(tree, "decision_maker.lpa.attorneys") or []
    if listed:
        listed = [*listed, at(tree, "decision_maker.name") or ""]
    missing = {" ".join(name.split()).casefold() for name in listed} - {""} - signed
    return {"E20"} if read.own() and (missing or len(signed) < 2) else set()


def left_on_phone(read, tree):
    if at(tree, "photo.device") not in ("personal_phone_camera", "approved_app_on_personal_phone"):
        return set()
    times = [moment(image.get("taken_at")) for image in tree.get("images") or []]
    times = [t for t in times if t]
    if not times or moment(at(tree, "device.deleted_at")):
        return set()
    morning = datetime.combine(read.on, datetime.min.time(), UK)
    return {"E21"} if morning - min(times) > timedelta(hours=24) else set()


def in_future(read, tree):
    times = [moment(s.get("signed_at")) for s in read.signatures]
    return {"E23"} if any(t and t >= read.tomorrow for t in times) else set()


def resisted(read, tree):
    objects = at(tree, "decision_maker.patient_objects") is True
    urgent = at(tree, "decision_maker.urgent_reason")
    return {"S01"} if read.fits and read.route in INCAPABLE and objects and not urgent else set()


def harmed(read, tree):
    if at(tree, "photo.evidence_of_harm") is not True:
        return set()
    agreed = at(tree, "photo.safeguarding_lead") and at(tree, "photo.carry_on_reason")
    return set() if agreed and not yes(tree, BEYOND) else {"S02"}


def disputed(read, tree):
    dispute = at(tree, "decision_maker.other_parent_disagrees") in ("yes", True)
    mine = read.fits and read.route == "parent"
    return {"S03"} if mine and dispute and yes(tree, BEYOND) else set()


def unseen(read, tree):
    seen = ("final_draft", "earlier_draft", "photo_and_caption_only", "declined_to_read")
    material = at(tree, "purposes.publish.material_seen")
    return {"S04"} if read.asked("publish") and material not in seen else set()


TODAY = date(2026, 11, 22)
CATALOGUE = catalogue.load(Places(Path("/nowhere")))


def put(tree, path, value):
    *above, last = path.split(".")
    node = tree
    for part in above:
        if isinstance(node, list):
            if int(part) >= len(node):
                return
            node = node[int(part)]
        else:
            if node.get(part) is None:
                node[part] = {}
            node = node[part]
    if isinstance(node, list):
        if int(last) < len(node):
            node[int(last)] = value
    elif isinstance(node, dict):
        node[last] = value


def bent(base, changes):
    tree = copy.deepcopy(base)
    for path, value in changes.items():
        put(tree, path, copy.deepcopy(value))
    return tree


BASES = {
    **VALID,
    "article": changed(ADULT, {"purposes.publish": ARTICLE}),
    "article of a child": changed(CHILD, {"purposes.publish": ARTICLE}),
    "attorney": decided_by("attorney", "attorney", lpa=POWER),
    "deputy": decided_by(
        "deputy", "deputy", court_order={"reference": "C1", "covers_health_and_welfare": True}
    ),
    "best interests": decided_by("best_interests", "clinician"),
    "parent of 17": changed(
        CHILD,
        {
            "patient.date_of_birth": "2009-06-20",
            "decision_maker.capacity": "lacks_capacity",
            "decision_maker.capacity_assessment": ASSESSMENT,
        },
    ),
    "aged 16": changed(
        ADULT,
        {"patient.date_of_birth": "2010-05-14", "decision_maker.route": "young_person_self"},
    ),
}
DECISIONS = ["yes", "yes", "no", "not_asked", "", None]
BLANK = [None, "", "  "]
MOMENTS = [
    "2026-11-16T10:02:00+00:00",
    "2026-11-16T10:18:00+00:00",
    "2026-11-16T11:18:00+01:00",
    "2026-11-16T11:18:01+01:00",
    "2026-11-17T15:30:00Z",
    "2026-11-17T15:30:00",
    "2026-11-22T23:59:59Z",
    "2026-11-23T00:00:00Z",
    "2026-11-23T00:30:00+01:00",
    "2026-10-25T01:30:00+01:00",
    "2026-10-25T01:30:00+00:00",
    "2026-11-16",
    "2025-03-03T09:34:59+00:00",
    "2025-03-03T08:00:00-05:00",
    "2026-11-20T23:59:00+00:00",
    "2026-11-21T00:00:00+00:00",
    "2026-11-20T00:00:00+00:00",
    None,
]
BIRTHS = [
    "1979-05-14",
    "2018-06-20",
    "2010-11-16",
    "2010-11-17",
    "2010-11-18",
    "2008-11-16",
    "2008-11-17",
    "2008-11-18",
    "2008-02-29",
    "2012-02-29",
    "2026-11-16",
    "2030-01-01",
    None,
    "2007-01-01",
    "2009-06-20",
]
CHANGES = {
    "patient.nhs_number": [
        "9990001006",
        "999 000 1006",
        "9990001007",
        "999000100",
        "",
        None,
        "1111111111",
    ],
    "patient.date_of_birth": BIRTHS,
    "patient.full_name": ["Testpatient One", "TESTPATIENT  one", "Testmother Three", None],
    "decision_maker.route": [*ROUTES, "", None, "neighbour"],
    "decision_maker.capacity": ["presumed", "lacks_capacity", None],
    "decision_maker.name": [
        "Testmother Three",
        "Testdecider Five",
        "testmother three",
        "Testgran Three",
        None,
    ],
    "decision_maker.pr_basis": [*RESPONSIBLE, "grandparent", "carer", "", None],
    "decision_maker.child_view": ["agrees", "unsure", "objects", "too_young_to_say", None],
    "decision_maker.other_parent_disagrees": ["no", "yes", "not_known", False, True],
    "decision_maker.capacity_assessment": [ASSESSMENT, None, {}],
    "decision_maker.best_interests": [NOTE, None, {**NOTE, "conclusion": "Yes"}],
    "decision_maker.caldicott_signoff": [
        {"name": "Dr G Guard", "date": "2026-11-12", "reason": "Needed to teach"},
        {"name": "Dr G Guard", "date": "2026-11-12", "reason": ""},
        {"name": "Dr G Guard", "reason": "Needed to teach"},
        None,
    ],
    "decision_maker.lpa": [
        POWER,
        {**POWER, "type": "property_and_financial"},
        {**POWER, "registered": False},
        {**POWER, "seen_by": None, "seen_how": ""},
        {**POWER, "how_attorneys_act": "jointly"},
        {
            **POWER,
            "how_attorneys_act": "jointly",
            "attorneys": ["Testdecider Five", "Testson Five"],
        },
        {**POWER, "how_attorneys_act": "jointly_and_severally", "attorneys": ["Testson Five"]},
        None,
    ],
    "decision_maker.patient_objects": [True, False],
    "decision_maker.urgent_reason": ["Spreading infection", "", None],
    "photo.intimate": [True, False],
    "photo.chaperone": [
        None,
        {"offered": True, "outcome": "declined"},
        {"offered": True},
        {"offered": False, "outcome": ""},
    ],
    "photo.face_shown": [True, False],
    "photo.identifiable_by": [[], ["none"], ["tattoo"], ["none", "scar"], None],
    "photo.kind": [
        "photo",
        "short_video",
        "patients_own_photo_already_sent",
        "photo_already_in_record",
    ],
    "photo.evidence_of_harm": [True, False],
    "photo.safeguarding_lead": ["Dr L Lead", None],
    "photo.carry_on_reason": ["Agreed with the lead", None],
    "photo.device": [
        "practice_owned_managed",
        "personal_phone_camera",
        "approved_app_on_personal_phone",
    ],
    "device": [
        {
            "moved_to_record_at": "2026-11-17T16:00:00Z",
            "deleted_at": "2026-11-17T16:05:00Z",
            "deleted_by": "Dr A",
        },
        {"moved_to_record_at": "2026-11-17T16:00:00Z", "deleted_at": None},
        None,
    ],
    "images.0.taken_at": MOMENTS,
    "images.1.taken_at": MOMENTS,
    "images.0.taken_before_consent_reason": ["emergency", "patient_sent_it", "", None],
    "images": [[]],
    "signatures.0.signer_role": [
        "patient",
        "parent",
        "attorney",
        "deputy",
        "clinician",
        "child_assent",
        "witness",
    ],
    "signatures.0.signer_name": [
        "Testpatient One",
        "testmother  three",
        "Testdecider Five",
        "Somebody Else",
        "",
    ],
    "signatures.0.method": [*METHODS, *METHODS, "by_email", None],
    "signatures.0.signed_at": MOMENTS,
    "signatures.1.method": list(METHODS),
    "verbal.why_not_written": ["Cannot hold a pen today", "", None],
    "communication.interpreter_used": [True, True, False],
    "communication.interpreter_type": [
        "registered_professional",
        "family_adult",
        "child",
        "telephone_service",
        None,
    ],
    "purposes.share_care.channel": [*SECURE, "whatsapp", "personal_email", "", None],
    "purposes.research.rec_reference": ["24/LO/0123", "pending", "", None],
    "purposes.publish": [
        ARTICLE,
        {**ARTICLE, "ack_internet": False},
        {**ARTICLE, "licence": "not_yet_known", "ack_licence": None},
        {**ARTICLE, "material_seen": "nothing"},
    ],
    "clinician.declared_at": MOMENTS,
    "events": [
        [],
        [{"type": "withdrawn", "at": "2025-03-01T08:00:00Z", "purposes": ["record"]}],
        [{"type": "withdrawn", "at": "2026-11-16T10:17:59Z", "purposes": ["record"]}],
        [{"type": "withdrawn", "at": "2026-11-16T10:18:00Z", "purposes": ["record"]}],
        [{"type": "used", "at": "2025-03-01T08:00:00Z", "purposes": ["record"]}],
    ],
    **{f"purposes.{purpose}.decision": DECISIONS for purpose in ALL},
}


def mutated(seed):
    chance = random.Random(seed)  # noqa: S311
    base = chance.choice(list(BASES))
    changes = {
        path: chance.choice(CHANGES[path])
        for path in chance.sample(list(CHANGES), chance.randint(1, 7))
    }
    tree = bent(BASES[base], changes)
    second = chance.random()
    if second < 0.25:
        role = chance.choice(["patient", "parent", "attorney", "deputy", "witness"])
        name = chance.choice(
            ["Testson Five", "Testmother Three", tree.get("patient", {}).get("full_name")]
        )
        again = {"signer_role": role, "signer_name": name, "method": chance.choice(list(METHODS))}
        again["signed_at"] = chance.choice(MOMENTS)
        tree["signatures"].append(again)
    if chance.random() < 0.2:
        tree["signatures"].reverse()
    if chance.random() < 0.1:
        tree["signatures"] = []
    return base, changes, tree


def refusing(tree, on=TODAY):
    return set(checking.check(tree, CATALOGUE, on=on).stops)


@pytest.mark.parametrize("batch", range(8))
def test_the_rules_and_the_tables_give_the_same_codes_for_cases_changed_at_random(batch):
    for seed in range(batch * 300, batch * 300 + 300):
        base, changes, tree = mutated(seed)

        assert refusing(tree) == codes_of(tree, TODAY), (seed, base, changes)


def test_every_code_of_a_stored_case_is_reached_by_the_changed_cases():
    reached = set().union(*(codes_of(mutated(seed)[2], TODAY) for seed in range(2400)))

    stored = {code.id for code in CATALOGUE.codes if code.is_stop} - {"E24"}
    assert reached == stored


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("age", [0, 8, 15, 16, 17, 18, 40])
def test_routes_ages_and_purposes_agree_with_the_tables_in_every_combination(route, age):
    born = date(2026 - age, 11, 16).isoformat()
    base = BASES[{"parent": "case3_child8_mother"}.get(route, "attorney")]
    for purpose, shows, signs_off in itertools.product(ALL, [False, True], [False, True]):
        guardian = {"name": "Dr G", "date": "2026-11-12", "reason": "Needed"} if signs_off else None
        tree = changed(
            base,
            {
                "patient.date_of_birth": born,
                "decision_maker.route": route,
                "decision_maker.caldicott_signoff": guardian,
                "photo.face_shown": shows,
                f"purposes.{purpose}.decision": "yes",
            },
        )

        assert refusing(tree) == codes_of(tree, TODAY), (purpose, shows, signs_off)
