"""The photo itself: privacy, evidence of harm, chaperone, sides, times, phones and who took it."""

import re
from datetime import timedelta

from lettergen.conditions import is_blank
from lettergen.consents.form.moments import parse_moment, start_of
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.facts import needs_licence
from lettergen.consents.rules.findings import Found

ONE_DAY = timedelta(hours=24)


def check_photo(case: Case, found: Found) -> None:
    """Check what is photographed, when, with what, and whose it is."""
    _check_reason(case, found)
    _check_side(case, found)
    _check_intimate(case, found)
    _check_harm(case, found)
    _check_images(case, found)
    _check_phone(case, found)
    _check_licence(case, found)
    if case.get("photo.face_shown") is True and "face" not in (
        case.get("photo.identifiable_by") or ()
    ):
        found.rule("W21")


def _check_reason(case: Case, found: Found) -> None:
    reason = str(case.get("photo.reason") or "").casefold().strip(" .!")
    if reason in case.listed("vague_reasons"):
        found.fault("photo.reason", "vague_reason")


def _check_side(case: Case, found: Found) -> None:
    site = str(case.get("photo.body_site") or "").casefold()
    named = {side for side in ("left", "right") if re.search(rf"\b{side}\b", site)}
    side = case.get("photo.side")
    if len(named) != 1 or side is None or side in named:
        return
    if side in ("left", "right"):
        found.fault("photo.side", "wrong_side", named=named.pop(), side=side)
    else:
        found.rule("W16")


def _check_intimate(case: Case, found: Found) -> None:
    if case.get("photo.intimate") is not True:
        return
    if case.is_minor:
        found.rule("E07")
        return
    offered, outcome = case.get("photo.chaperone.offered"), case.get("photo.chaperone.outcome")
    if offered is None or outcome is None:
        found.rule("E15")
    if outcome == "not_available_delayed":
        found.rule("W22")
    for purpose in case.agreed_beyond_care:
        found.rule("E22", purpose=purpose.key)
    found.rule("I06")


def _check_harm(case: Case, found: Found) -> None:
    if case.get("photo.evidence_of_harm") is not True:
        return
    if not (case.get("photo.safeguarding_lead") and case.get("photo.carry_on_reason")):
        found.rule("S02")
        return
    found.rule("W20")
    if case.agreed_beyond_care:
        found.rule("S02", variant="part_2")


def _check_images(case: Case, found: Found) -> None:
    names = [row.get("image_id") for row in case.rows("images")]
    for index, row in enumerate(case.rows("images")):
        if row.get("image_id") and row.get("image_id") in names[:index]:
            found.fault(f"images.{index}.image_id", "twice")
        if row.get("location_data_removed") is False:
            found.rule("W13", index=index)
        _check_taken(case, index, found)


def _check_taken(case: Case, index: int, found: Found) -> None:
    """E11: a photo comes after the first valid signature, unless it is recorded why not."""
    taken = parse_moment(case.get(f"images.{index}.taken_at"))
    if taken is None or case.signed_at is None or taken > case.signed_at:
        return
    name = f"images.{index}.taken_before_consent_reason"
    reason = case.get(name)
    if not is_blank(reason):
        label = case.catalogue.field(name).label_of(str(reason))
        found.rule("I03", index=index, reason=label[:1].lower() + label[1:])
    elif case.get("photo.kind") in case.listed("existing_kinds"):
        kind = case.catalogue.field("photo.kind").label_of(str(case.get("photo.kind")))
        found.rule("I03", index=index, reason=kind[:1].lower() + kind[1:])
    else:
        found.rule("E11", index=index)


def _check_phone(case: Case, found: Found) -> None:
    if not case.is_personal_phone:
        return
    if case.at and not case.settings.personal_phone_allowed:
        found.fault("photo.device", "personal_phone")
    times = [parse_moment(row.get("taken_at")) for row in case.rows("images")]
    taken = min((one for one in times if one), default=None)
    moved = parse_moment(case.get("device.moved_to_record_at"))
    deleted = parse_moment(case.get("device.deleted_at"))
    if taken and moved and moved < taken:
        found.fault("device.moved_to_record_at", "moved_early")
    elif taken and moved and moved - taken > ONE_DAY:
        found.rule("W02")
    if deleted and (deleted < moved if moved else bool(taken and deleted < taken)):
        found.fault("device.deleted_at", "deleted_early")
    if deleted and not case.get("device.deleted_by"):
        found.fault("device.deleted_by", "deleted_by")
    if deleted and not moved:
        found.fault("device.moved_to_record_at", "required")
    if taken and not deleted:
        # A day without an hour: 24 hours have passed for certain when it begins so much later.
        now = case.at or start_of(case.on)
        found.rule("E21" if now - taken > ONE_DAY else "I05")


def _check_licence(case: Case, found: Found) -> None:
    if not needs_licence(case):
        return
    given = case.get("photo.copyright_licence_given")
    if isinstance(given, dict):
        given = given.get("given")
    if given is not True:
        found.fault("photo.copyright_licence_given", "licence")
    elif not (
        case.get("photo.copyright_licence_name") or case.get("photo.copyright_licence_given.name")
    ):
        found.rule("W25")
