"""What the photo may be used for: each purpose answered, and what a yes has to name."""

import re
from datetime import date

from lettergen.calendar import british_date
from lettergen.conditions import is_blank
from lettergen.consents.form.grammar import Purpose
from lettergen.consents.form.moments import months_after, parse_day
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.findings import Found
from lettergen.consents.rules.permissions import against, goes_on

DECISIONS = ("yes", "no", "not_asked")
_IRAS = re.compile(r"[0-9]{4,7}")


def check_uses(case: Case, found: Found) -> None:
    """Check every purpose by itself: no answer stands for another."""
    for purpose in case.catalogue.purposes:
        if case.decision(purpose.key) not in DECISIONS:
            found.rule("E03", purpose=purpose.key, title=purpose.title)
        _check_permission(case, purpose, found)
        _check_term(case, purpose, found)
    _check_record(case, found)
    _check_sending(case, found)
    _check_teaching(case, found)
    _check_talks(case, found)
    _check_study(case, found)
    _check_interpreter(case, found)
    _check_format(case, found)
    if case.get("information_given.patient_explained_back") is False:
        found.rule("W03")


def last_day(case: Case, key: str) -> date | None:
    """Return the last day that consent to a purpose may have, or None where it has no term."""
    months = case.settings.validity_months.get(key)
    return months_after(case.signed_on, months) if months else None


def _check_permission(case: Case, purpose: Purpose, found: Found) -> None:
    if purpose not in case.agreed:
        return
    codes = against(case, purpose)
    if "E18" in codes:
        found.rule("E18", purpose=purpose.key)
    if "E19" in codes:
        found.rule("E19", variant="" if case.is_minor else "proxy")


def _check_term(case: Case, purpose: Purpose, found: Found) -> None:
    name = f"purposes.{purpose.key}.valid_until"
    until = parse_day(case.get(name))
    if until is None or not goes_on(case, purpose.key):
        return
    most = _longest(case, purpose)
    if until <= case.signed_on:
        found.fault(name, "valid_early")
    elif most and until > most:
        found.fault(name, "valid_late", date=british_date(most))


def _longest(case: Case, purpose: Purpose) -> date | None:
    """Return the last day that may be given: the practice's term; stored, the usual too."""
    most = last_day(case, purpose.key)
    if case.at or most is None or purpose.validity_months is None:
        return most
    return max(most, months_after(case.signed_on, purpose.validity_months))


def _check_record(case: Case, found: Found) -> None:
    decision = case.decision("record")
    others = [one for one in case.agreed if one.key != "record"]
    if decision not in ("no", "not_asked"):
        return
    is_new = case.get("photo.kind") not in case.listed("existing_kinds")
    if others and decision == "no" and is_new:
        for one in others:
            found.fault(f"purposes.{one.key}.decision", "no_photo")
    elif others:
        found.rule("W23")
    if decision == "no" and is_new:
        found.rule("I02")


def _check_sending(case: Case, found: Found) -> None:
    if not goes_on(case, "share_care"):
        return
    # What a practice allows now is not held against a form that was signed before.
    allowed = case.settings.channels if case.at else case.catalogue.channels
    if case.get("purposes.share_care.channel") not in allowed:
        found.rule("E05")
    recipient = str(case.get("purposes.share_care.recipient") or "")
    if recipient.casefold().strip(" .") in case.listed("vague_recipients"):
        found.fault("purposes.share_care.recipient", "vague_recipient", recipient=recipient)


def _check_teaching(case: Case, found: Found) -> None:
    if not goes_on(case, "teach_closed"):
        return
    hidden = case.get("purposes.teach_closed.anonymise")
    if is_blank(hidden) and not case.get("purposes.teach_closed.anonymise_reason"):
        found.fault("purposes.teach_closed.anonymise", "no_anonymise")


def _check_talks(case: Case, found: Found) -> None:
    if not goes_on(case, "present_external"):
        return
    is_told = case.get("purposes.present_external.ack_slides_may_spread") is True
    if not is_told or not case.get("purposes.present_external.event"):
        found.rule("W09")


def _check_study(case: Case, found: Found) -> None:
    if not goes_on(case, "research"):
        return
    reference = str(case.get("purposes.research.rec_reference") or "")
    # “Pending” and the like are no reference: every committee's has a number in it.
    if not any(ch.isdecimal() for ch in reference):
        found.rule("E13")
    iras = case.get("purposes.research.iras_id")
    if iras is not None and not _IRAS.fullmatch(str(iras)):
        found.fault("purposes.research.iras_id", "iras")


def _check_interpreter(case: Case, found: Found) -> None:
    """E14: never somebody under 18; a relative only for the patient's own care."""
    language = str(case.get("communication.language") or "")
    is_used = case.get("communication.interpreter_used")
    is_foreign = language.casefold() not in ("", *case.listed("english"))
    if is_used is not True:
        if is_used is False and is_foreign:
            found.rule("W05", language=language)
        return
    kind = case.get("communication.interpreter_type")
    if kind is None or kind in case.listed("professional_interpreters"):
        return
    if kind in case.listed("young_interpreters"):
        found.rule("E14", variant="" if case.agreed_beyond_care else "child")
    elif case.agreed_beyond_care:
        found.rule("E14")
    else:
        found.rule("W06")


def _check_format(case: Case, found: Found) -> None:
    given = case.get("communication.format_given")
    if given is None or case.get("communication.format_reason"):
        return
    interpreter = case.get("communication.interpreter_used") is True
    for need in case.get("communication.needs_recorded") or ():
        meets = case.listed(f"meets_{need}")
        is_signed = need == "british_sign_language" and interpreter
        if meets and given not in meets and not is_signed:
            label = case.catalogue.field("communication.needs_recorded").label_of(need)
            found.rule("W04", need=label if label.isupper() or "BSL" in label else label.lower())
