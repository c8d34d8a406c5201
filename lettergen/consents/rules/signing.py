"""Signatures: by the right people, strong enough, at a possible time, with what each way needs."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime

from lettergen.calendar import british_date, local_day
from lettergen.consents.form.grammar import Purpose
from lettergen.consents.form.moments import parse_moment
from lettergen.consents.rules.case import CLOCKS_DIFFER, DECIDERS, Case, Signature, same_name
from lettergen.consents.rules.deciding import is_authority_settled
from lettergen.consents.rules.findings import Found
from lettergen.consents.rules.permissions import goes_on

FEWEST_POINTS = 3
LARGEST_MARK = 100_000
PNG = b"\x89PNG\r\n\x1a\n"
DRAWN = ("drawn_on_practice_device", "drawn_by_link")
SHOWN_ON_SCREEN = (*DRAWN, "typed_and_ticked_on_practice_device", "typed_by_link")
OWNERS = {
    "patient": "the patient's",
    "parent": "the parent's",
    "attorney": "the attorney's",
    "deputy": "the deputy's",
    "clinician": "the clinician's",
}


def check_signing(case: Case, found: Found) -> None:
    """Check who signed, how and when, and what happened to the consent afterwards."""
    if case.agreed and not case.signatures and not case.decides_alone:
        found.fault("signatures", "unsigned")
    if is_authority_settled(case):
        _check_roles(case, found)
        _check_names(case, found)
        _check_together(case, found)
    _check_strength(case, found)
    for one in case.signatures:
        _check_mark(case, one, found)
    _check_clock(case, found)
    _check_declared(case, found)
    _check_spoken(case, found)
    _check_witness(case, found)
    _check_paper(case, found)
    _check_withdrawals(case, found)


def check_version(case: Case, found: Found, current: str | None) -> None:
    """E24: the form that was signed is the form as it is now."""
    if current is not None and case.get("template.version") != current:
        found.rule("E24")


def _check_roles(case: Case, found: Found) -> None:
    """E17: somebody in the decider's role signed, and nobody in another decider's."""
    route = case.route
    if route is None or not case.signatures:
        return
    strangers = [
        one
        for one in case.signatures
        if one.role in DECIDERS and one.role != route.signer_role and not _may_sign_too(case, one)
    ]
    if not case.deciding and not strangers and not case.decides_alone:
        strangers = [one for one in case.signatures if one.role][:1]
    for one in strangers:
        _refuse(one, "signer_role", route.decider, found)


def _may_sign_too(case: Case, one: Signature) -> bool:
    """A parent beside a young person who decides, and a patient beside whoever decides for them."""
    route = case.route
    if route is None or not case.deciding:
        return False
    return one.role == "parent" if route.with_parent else route.is_proxy and one.role == "patient"


def _check_names(case: Case, found: Found) -> None:
    """E17: whoever signs is the person who was named."""
    expected = _expected(case)
    if case.route is None or not expected:
        return
    for one in case.deciding:
        if one.signer and one.signer not in expected:
            _refuse(one, "signer_name", case.route.decider, found)


def _refuse(one: Signature, part: str, decider: str, found: Found) -> None:
    name = one.name or "Somebody"
    found.rule("E17", index=one.index, part=part, name=name, role=decider)


def _expected(case: Case) -> set[str]:
    """Return the names under which whoever decides may sign; none where it cannot be known."""
    role = case.route.signer_role if case.route else ""
    maker = same_name(case.get("decision_maker.name"))
    if role == "patient":
        return {same_name(case.get("patient.full_name"))} - {""}
    if role == "clinician":
        return {maker, same_name(case.get("clinician.name"))} - {""}
    if role == "attorney":
        others = _attorneys(case)
        is_joint = case.get("decision_maker.lpa.how_attorneys_act") == "jointly"
        return set() if is_joint and len(others) < 2 else {maker, *others} - {""}  # noqa: PLR2004
    return {maker} - {""}


def _attorneys(case: Case) -> set[str]:
    named = {same_name(name) for name in case.get("decision_maker.lpa.attorneys") or ()}
    return (named | {same_name(case.get("decision_maker.name"))} if named else named) - {""}


def _check_together(case: Case, found: Found) -> None:
    """E20: attorneys who act jointly all sign, each for themselves."""
    is_joint = case.get("decision_maker.lpa.how_attorneys_act") == "jointly"
    if case.route is None or case.route.code != "attorney" or not is_joint or not case.deciding:
        return
    signed = {one.signer for one in case.deciding if one.signer}
    attorneys = _attorneys(case)
    if not attorneys <= signed or len(signed) < 2:  # noqa: PLR2004
        found.rule("E20")


def _check_strength(case: Case, found: Found) -> None:
    """E04: for each signer and purpose, one of the signatures is strong enough."""
    for signer in _signers(case):
        for purpose in _purposes_of(case, signer[0]):
            if not any(_is_strong(case, one, purpose) for one in signer):
                found.rule(
                    "E04",
                    index=signer[0].index,
                    noun=purpose.noun,
                    signer=OWNERS.get(signer[0].role, "the right person's"),
                )


def _signers(case: Case) -> Iterator[list[Signature]]:
    """Yield the signatures of each person who gives consent, a parent beside a child too."""
    if case.stated_route is None:
        return
    giving = list(case.deciding)
    if case.stated_route.with_parent:
        giving += case.parents_who_signed
    for key in dict.fromkeys((one.role, one.signer) for one in giving):
        yield [one for one in giving if (one.role, one.signer) == key]


def _purposes_of(case: Case, one: Signature) -> list[Purpose]:
    going = [purpose for purpose in case.agreed if goes_on(case, purpose.key)]
    route = case.stated_route
    if route and route.with_parent and one.role == "parent":
        return [purpose for purpose in going if purpose.key in route.with_parent]
    return going


def _is_strong(case: Case, one: Signature, purpose: Purpose) -> bool:
    method = case.catalogue.method(one.method)
    if method is None:
        # A way that is missing or unknown is said where it stands; for care nothing is written.
        return purpose.part == 1
    if purpose.key in method.with_reason:
        return bool(case.get("verbal.why_not_written"))
    return purpose.key in method.purposes


def _check_mark(case: Case, one: Signature, found: Found) -> None:
    row = f"signatures.{one.index}"
    mark, points = case.get(f"{row}.mark_png"), case.get(f"{row}.mark_points")
    if one.method in DRAWN:
        if mark is None and case.at is not None:
            found.fault(f"{row}.mark_png", "no_mark")
        elif points is not None and points < FEWEST_POINTS:
            found.fault(f"{row}.mark_png", "one_dot")
    if mark is not None and not _is_png(str(mark)):
        found.fault(f"{row}.mark_png", "mark_format")
    if one.method in SHOWN_ON_SCREEN and not case.get(f"{row}.content_sha256"):
        if case.at is not None:
            found.fault(f"{row}.content_sha256", "required")
        else:
            found.rule("W18", index=one.index)


def _is_png(text: str) -> bool:
    try:
        content = base64.b64decode(text.removeprefix("data:image/png;base64,"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return content.startswith(PNG) and len(content) <= LARGEST_MARK


def _check_clock(case: Case, found: Found) -> None:
    """E23: no signature in the future; at signing the newest is within 5 minutes of the server."""
    newest = max((one.at for one in case.signatures if one.at), default=None)
    for one in case.signatures:
        if one.at is None:
            continue
        is_stale = one.at == newest and case.at is not None and case.at - one.at > CLOCKS_DIFFER
        if case.is_future(one.at) or is_stale:
            found.rule("E23", index=one.index)


def _check_declared(case: Case, found: Found) -> None:
    declared = parse_moment(case.get("clinician.declared_at"))
    if declared is None:
        return
    last = max(case.times_of(case.deciding), default=None)
    if last and declared < last:
        found.fault("clinician.declared_at", "declared_first")
    if case.is_future(declared):
        found.fault("clinician.declared_at", "future_time")


def _check_spoken(case: Case, found: Found) -> None:
    is_spoken = any(one.method == "verbal_recorded" for one in case.signatures)
    if is_spoken and case.get("verbal.heard_by_adult_staff") is False and case.agreed_beyond_care:
        found.fault("verbal.heard_by_adult_staff", "witness_adult")


def _check_witness(case: Case, found: Found) -> None:
    marked = [one for one in case.signatures if one.method == "mark_with_witness"]
    witness = same_name(case.get("witness.name"))
    if not marked or not witness:
        return
    if witness in {one.signer for one in marked}:
        found.fault("witness.name", "witness_self")
    if witness == same_name(case.get("clinician.name")) and case.agreed_beyond_care:
        found.fault("witness.name", "witness_clinician")
    if case.get("witness.is_adult") is False:
        found.fault("witness.is_adult", "witness_adult")
    if case.get("witness.independent") is False:
        found.fault("witness.independent", "witness_related")


def _check_paper(case: Case, found: Found) -> None:
    if not any(one.method == "wet_ink_scan" for one in case.signatures):
        return
    keyed, checked = (same_name(case.get(f"wet.{name}")) for name in ("keyed_by", "checked_by"))
    if keyed and keyed == checked:
        found.fault("wet.checked_by", "wet_same")
    code, record = case.get("wet.page_code"), case.get("record_id")
    if code and record and not _is_same_page(str(code), str(record)):
        found.fault("wet.page_code", "wet_page")


def _is_same_page(code: str, record: str) -> bool:
    """A page code is the record's number, with or without the page after it."""
    plain, number = (text.casefold().replace(" ", "") for text in (code, record))
    return plain == number or plain.startswith(
        (f"{number}/", f"{number}-p", f"{number}p", f"{number}#")
    )


def _check_withdrawals(case: Case, found: Found) -> None:
    """E10: nobody changes their mind before they agreed."""
    agreed_at = case.signed_at or _granted_at(case)
    for index, row in enumerate(case.rows("events")):
        if not set(row.get("purposes") or ()) <= set(_keys(case)):
            options = ", ".join(_keys(case))
            found.fault(f"events.{index}.purposes", "event_purposes", options=options)
        at = parse_moment(row.get("at"))
        is_withdrawal = row.get("type") in case.listed("withdrawals")
        if is_withdrawal and at and agreed_at and at < agreed_at:
            found.rule("E10", date=british_date(local_day(agreed_at)))


def _granted_at(case: Case) -> datetime | None:
    granted = [row for row in case.rows("events") if row.get("type") == "granted"]
    times = [parse_moment(row.get("at")) for row in granted]
    return min((one for one in times if one), default=None)


def _keys(case: Case) -> list[str]:
    return [purpose.key for purpose in case.catalogue.purposes]
