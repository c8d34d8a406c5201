"""Signing: each signature by the right person, under the words and choices that they saw."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.conditions import is_blank
from lettergen.consents.asking import keeping, whose
from lettergen.consents.asking.choosing import patient_of, questions, require_confirmed
from lettergen.consents.asking.offering import lock_offered
from lettergen.consents.asking.refusals import AlreadySigned, ChangedMeanwhile, NotReady, by_field
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import evidence, wording
from lettergen.consents.rules import checking
from lettergen.consents.rules.answers import read
from lettergen.consents.rules.case import CLOCKS_DIFFER, same_name
from lettergen.consents.rules.findings import Finding
from lettergen.models import ANSWERED, ConsentDraft
from lettergen.refusals import Refused

# What another signature mends, so that the form waits for it: with a parent, all attorneys.
MENDED_BY_ANOTHER = frozenset({"E18", "E20"})
# Who may sign before whoever decides has signed; their own signature gives no consent.
BESIDE = frozenset({"child_assent", "witness", "interpreter"})
WITNESSED, BY_HAND, SPOKEN = "mark_with_witness", "wet_ink_scan", "verbal_recorded"
WAYS_TO_SIGN: Mapping[str, tuple[str, ...]] = {
    "tablet": (
        "drawn_on_practice_device",
        "typed_and_ticked_on_practice_device",
        WITNESSED,
        "bsl_video_recorded",
    ),
    "link": ("drawn_by_link", "typed_by_link"),
    "paper": (BY_HAND,),
    "spoken": (SPOKEN,),
}
EVIDENCE = frozenset({"witness", "verbal", "wet"})
LOOK_AGAIN = "The choices were changed on another page. Please look at them again, and then sign."


@dataclass(frozen=True)
class Signature:
    """One person's signature as it arrives: a typed name, and a drawn one as a checked PNG.

    `evidence` holds what the way of signing needs besides: the groups witness, verbal or wet.
    `device` names the device; `staff` who was there. `device_at` is what the device's own clock
    said, where it says anything: it is compared, and not kept.
    """

    role: str
    name: str
    method: str
    mark: bytes | None = None
    device: str = ""
    staff: str = ""
    relationship: str = ""
    evidence: Mapping[str, Any] | None = None
    device_at: datetime | None = None


@dataclass(frozen=True)
class Signer:
    """Somebody whose signature is awaited, or welcome: a role, and the names that may sign in it.

    No names: anybody in that role, who types their own. `is_needed` is false for a child who may
    agree beside a parent; such a signature comes before the last needed one.
    """

    role: str
    label: str
    names: tuple[str, ...]
    is_needed: bool


def seen(one: ConsentDraft, terms: Terms, *, at: datetime) -> tuple[str, str]:
    """Return what the patient reads before signing, choices included, and its hash in hex."""
    tree = read(one.answers, terms.catalogue).tree
    words = wording.read_text(wording.words_for(tree, terms.catalogue, on=local_day(at)))
    text = "\n".join([words, *_other_lines(one, terms, at)])
    template = one.answers.get("template") or {}
    language = str(template.get("language") or "en-GB")
    version = str(template.get("version") or terms.catalogue.version)
    return text, wording.content_sha256(text, version=version, language=language)


def sign(
    session: Session,
    terms: Terms,
    one: ConsentDraft,
    signature: Signature,
    shown: str,
    *,
    at: datetime,
) -> ConsentDraft:
    """Add a signature to a consent that the patient has; with the last one it is answered.

    `shown` is the hash of what the signer saw. Raises ChangedMeanwhile if that is not what stands
    there now, AlreadySigned, NotConfirmed, FormUpdated, WrongStage, and NotReady with what the
    rules say, a wrong clock (E23) among it; then nothing is kept.
    """
    fresh = lock_offered(session, terms, one)
    require_confirmed(fresh)
    if any(_is_same(given, signature) for given in fresh.answers.get("signatures") or ()):
        raise AlreadySigned(f"{signature.name} has signed already. Nothing was added.")
    text, digest = seen(fresh, terms, at=at)
    if shown != digest:
        raise ChangedMeanwhile(LOOK_AGAIN)
    _require_clock(terms, signature, at)
    tree = signed_tree(fresh, signature, digest, at)
    against = against_signing(tree, terms, at=at)
    if any(not is_mended(found, tree, terms) for found in against):
        raise NotReady("This cannot be signed yet.", by_field(against))
    keeping.change(fresh, tree)
    fresh.shown = {**fresh.shown, "text": text, "sha256": digest}
    fresh.saved_at = at
    if not against:
        fresh.stage, fresh.answered_at = ANSWERED, at
    models.record(session, patient_of(fresh), "consent.signed", fresh, at=at)
    session.flush()
    return fresh


def waits_for(one: ConsentDraft, terms: Terms, *, at: datetime) -> dict[str, list[str]]:
    """Return whose signature is still needed, as messages by field; nothing once all signed."""
    found = against_signing(one.answers, terms, at=at)
    return by_field(one_ for one_ in found if is_mended(one_, one.answers, terms))


def signers(one: ConsentDraft, terms: Terms, *, at: datetime) -> tuple[Signer, ...]:
    """Return who has not signed yet, in the order in which they sign; needed ones and others."""
    tree = read(one.answers, terms.catalogue).tree
    checked = checking.check(
        tree, terms.catalogue, on=local_day(at), settings=terms.settings, at=at
    ).computed
    route = terms.catalogue.route(checked["route"])
    if route is None or route.signer_role == "clinician":
        return ()
    given = [(row["signer_role"], same_name(row.get("signer_name"))) for row in _signed(tree)]
    return tuple(
        _who(tree, route.signer_role, given, terms, needs_parent=_needs_parent(tree, terms, at))
    )


def signed_tree(
    one: ConsentDraft, signature: Signature, digest: str, at: datetime
) -> dict[str, Any]:
    """Return the answers with a signature of this moment, and with what its way needs.

    Raises Refused for a way that does not belong to how the consent was handed over.
    """
    if signature.method not in WAYS_TO_SIGN.get(one.way or "", ()):
        raise Refused("This way to sign does not belong here. Choose another way to sign.")
    if set(signature.evidence or ()) - EVIDENCE:
        raise ValueError("only the groups witness, verbal and wet come with a signature")
    tree = deepcopy(one.answers)
    row = {
        "signer_role": signature.role,
        "signer_name": " ".join(signature.name.split()),
        "relationship": signature.relationship,
        "method": signature.method,
        "signed_at": at.isoformat(timespec="seconds"),
        "device_id": signature.device,
        "staff_present": signature.staff,
        "content_sha256": digest,
        "mark_png": base64.b64encode(signature.mark).decode() if signature.mark else "",
    }
    row = {name: value for name, value in row.items() if value or name == "signer_name"}
    tree["signatures"] = [*tree.get("signatures", []), row]
    for name, value in (signature.evidence or {}).items():
        tree[name] = {**(tree.get(name) or {}), **value}
    return tree


def against_signing(tree: Mapping[str, Any], terms: Terms, *, at: datetime) -> list[Finding]:
    """Return what stands against signing: not what is filled in after it."""
    checked = checking.check(
        tree,
        terms.catalogue,
        on=local_day(at),
        settings=terms.settings,
        at=at,
        current_version=terms.catalogue.version,
    )
    return [one for one in checked.findings if one.is_error and _is_before(one, tree, terms)]


def is_mended(found: Finding, tree: Mapping[str, Any], terms: Terms) -> bool:
    """Say whether what was found is mended by another person's signature."""
    if found.rule_id in MENDED_BY_ANOTHER:
        return True
    index = found.field.removeprefix("signatures.").partition(".")[0]
    if found.rule_id != "E17" or not index.isdecimal():
        return False
    route = terms.catalogue.route((tree.get("decision_maker") or {}).get("route"))
    roles = [row.get("signer_role") for row in _signed(tree)]
    if route is None or route.signer_role in roles:
        return False
    return roles[int(index)] in (BESIDE | ({"parent"} if route.with_parent else set()))


def _is_before(found: Finding, tree: Mapping[str, Any], terms: Terms) -> bool:
    part, group = whose.part_of(terms.catalogue, found.field), found.field.partition(".")[0]
    if part == whose.END and group not in EVIDENCE:
        return False
    # On paper and by word the clinician says what was explained, at the declaration.
    by_staff = any(row.get("method") in (BY_HAND, SPOKEN) for row in _signed(tree))
    return not (by_staff and group == "information_given")


def _who(
    tree: Mapping[str, Any],
    role: str,
    given: list[tuple[str, str]],
    terms: Terms,
    *,
    needs_parent: bool,
) -> Iterator[Signer]:
    maker = tree.get("decision_maker") or {}
    patient = str((tree.get("patient") or {}).get("full_name") or "")
    signed = {name for signed_role, name in given if signed_role == role}
    is_open = not signed or (role == "attorney" and _is_joint(maker))
    may_agree = maker.get("child_view") not in (None, "too_young_to_say")
    is_child_open = may_agree and "child_assent" not in {one for one, _ in given}
    if role == "parent" and not signed and is_child_open:
        yield _signer(terms, "child_assent", (patient,), is_needed=False)
    names = _deciding(maker, patient, role)
    left = tuple(name for name in names if same_name(name) not in signed)
    if is_open and _is_joint(maker) and role == "attorney":
        yield from (_signer(terms, role, (name,), is_needed=True) for name in left)
    elif is_open:
        yield _signer(terms, role, left, is_needed=True)
    if needs_parent:
        yield _signer(terms, "parent", (), is_needed=True)


def _deciding(maker: Mapping[str, Any], patient: str, role: str) -> tuple[str, ...]:
    if role == "patient":
        return (patient,)
    names = [str(maker.get("name") or "")]
    if role == "attorney":
        names += [str(name) for name in (maker.get("lpa") or {}).get("attorneys") or ()]
    known = {same_name(name): name for name in reversed(names) if name}
    return tuple(reversed(known.values()))


def _is_joint(maker: Mapping[str, Any]) -> bool:
    return (maker.get("lpa") or {}).get("how_attorneys_act") == "jointly"


def _needs_parent(tree: Mapping[str, Any], terms: Terms, at: datetime) -> bool:
    found = checking.check(tree, terms.catalogue, on=local_day(at), settings=terms.settings, at=at)
    return any(one.rule_id == "E18" for one in found.findings)


def _signer(terms: Terms, role: str, names: Iterable[str], *, is_needed: bool) -> Signer:
    label = terms.catalogue.field("signatures[].signer_role").label_of(role)
    return Signer(role, label, tuple(names), is_needed)


def _signed(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(tree.get("signatures") or ())


def _require_clock(terms: Terms, signature: Signature, at: datetime) -> None:
    """E23: the device's clock is within 5 minutes of ours."""
    if signature.device_at is None or abs(signature.device_at - at) <= CLOCKS_DIFFER:
        return
    code = terms.catalogue.code("E23")
    raise NotReady("This cannot be signed yet.", {code.field.format(index=0): [code.message]})


def _other_lines(one: ConsentDraft, terms: Terms, at: datetime) -> Iterator[str]:
    """Yield what the patient ticked or wrote beside the uses, as the screen shows it."""
    for field in questions(one, terms, at=at):
        value = whose.value_at(one.answers, field.name)
        if not is_blank(value):
            yield f"{wording.punctuated(field.label)} {evidence.in_words(field, value)}"


def _is_same(given: Mapping[str, Any], signature: Signature) -> bool:
    is_same_role = given.get("signer_role") == signature.role
    return is_same_role and same_name(given.get("signer_name")) == same_name(signature.name)
