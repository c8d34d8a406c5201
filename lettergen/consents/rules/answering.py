"""Single answers: what is asked and missing, and what has a wrong form."""

import re
from collections.abc import Iterator
from typing import Any

from lettergen import checks, nhs
from lettergen.calendar import age_in_years
from lettergen.conditions import Condition, is_blank
from lettergen.consents.form.grammar import ConsentField
from lettergen.consents.form.moments import parse_day, parse_moment
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.facts import Known
from lettergen.consents.rules.findings import Found

OLDEST = 119
LONGEST_NUMBER = 12
_HASH = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_REQUIRED = {
    "choice": "required_choice",
    "yes_no": "required_choice",
    "choices": "required_choices",
    "tick": "required_tick",
    "text": "required_text",
    "paragraph": "required_text",
    "lines": "required_text",
}


def check_answers(case: Case, found: Found) -> None:
    """Check every question that is asked, and the answers that need a look of their own."""
    for one in case.catalogue.fields:
        for dotted, row in places(case, one):
            if is_asked(case, one, row):
                _check(case, one, dotted, row, found)
    _check_patient(case, found)
    _check_registration(case, found)


def places(case: Case, one: ConsentField) -> Iterator[tuple[str, str]]:
    """Yield dotted name and row of each place where a question stands; rows that there are."""
    group, is_row, name = one.name.partition("[].")
    if not is_row:
        yield one.name, ""
        return
    for index in range(len(case.rows(group))):
        yield f"{group}.{index}.{name}", f"{group}.{index}"


def is_asked(case: Case, one: ConsentField, row: str = "") -> bool:
    """Whether a question is shown; an answer to one that is not is not looked at."""
    return one.show_if is None or one.show_if.holds(Known(case, row))


def is_required(case: Case, one: ConsentField, row: str = "") -> bool:
    """Whether a question that is shown needs an answer."""
    if isinstance(one.required, Condition):
        return one.required.holds(Known(case, row))
    return one.required


def _check(case: Case, one: ConsentField, dotted: str, row: str, found: Found) -> None:
    value = case.get(dotted)
    if is_blank(value) or (one.type == "tick" and one.settings.get("must") and value is not True):
        if is_required(case, one, row):
            found.fault(dotted, _REQUIRED.get(one.type, "required"))
        return
    _TYPES[one.type](case, one, dotted, value, found)


def _check_text(_: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    least, most = one.settings.get("min", 0), one.settings.get("max")
    if len(value) < least:
        found.fault(dotted, "too_short", min=least)
    elif most is not None and len(value) > most:
        found.fault(dotted, "too_long", max=most)
    elif check := checks.FORMATS.get(str(one.settings.get("format", ""))):
        try:
            check(value)
        except ValueError as wrong:
            found.said(dotted, str(wrong))


def _check_lines(_: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    most = one.settings.get("max")
    if most is not None and len(value) > most:
        found.fault(dotted, "number", min=1, max=most)


def _check_day(case: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    day = parse_day(value)
    if day is None:
        found.fault(dotted, "date")
    elif one.settings.get("not_future") and day > case.on:
        found.fault(dotted, "future_date")


def _check_time(case: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    moment = parse_moment(value)
    if moment is None:
        found.fault(dotted, "time")
    elif one.settings.get("not_future") and case.is_future(moment):
        found.fault(dotted, "future_time")


def _check_choice(_: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    # These have rules of their own: E02, E03, E05, E06, E08 and S04.
    if dotted.endswith(
        (".decision", "_maker.route", ".channel", ".pr_basis", "_seen", ".lpa.type")
    ):
        return
    if value not in {option.code for option in one.options}:
        found.fault(dotted, "option", options=_labels(one))


def _check_choices(_: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    if not set(value) <= {option.code for option in one.options}:
        found.fault(dotted, "option", options=_labels(one))
    alone = one.settings.get("exclusive")
    if alone in value and len(set(value)) > 1:
        found.fault(dotted, "exclusive", option=one.label_of(str(alone)))


def _check_number(_: Case, one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    least, most = one.settings.get("min", 0), one.settings.get("max", 0)
    if not least <= value <= most:
        found.fault(dotted, "number", min=least, max=most)


def _check_hash(_: Case, _one: ConsentField, dotted: str, value: Any, found: Found) -> None:
    if not _HASH.fullmatch(value):
        found.fault(dotted, "hash")


def _check_nothing(_: Case, _one: ConsentField, _dotted: str, _value: Any, _found: Found) -> None:
    """Yes, no and ticks have no wrong form: their types were looked at when they were read."""


_TYPES = {
    "text": _check_text,
    "paragraph": _check_text,
    "lines": _check_lines,
    "date": _check_day,
    "time": _check_time,
    "choice": _check_choice,
    "choices": _check_choices,
    "number": _check_number,
    "hash": _check_hash,
    "yes_no": _check_nothing,
    "tick": _check_nothing,
}


def _check_patient(case: Case, found: Found) -> None:
    if not nhs.is_sound(str(case.get("patient.nhs_number") or "")):
        found.rule("E01")
    born = parse_day(case.get("patient.date_of_birth"))
    if born and born > case.signed_on and born <= case.on:
        found.fault("patient.date_of_birth", "future_date")
    if born and born <= case.on and age_in_years(born, case.on) > OLDEST:
        found.fault("patient.date_of_birth", "too_old")


def _check_registration(case: Case, found: Found) -> None:
    number = str(case.get("clinician.registration_number") or "")
    body = str(case.get("clinician.registration_body") or "")
    if not number:
        return
    if body in ("GMC", "NMC"):
        try:
            checks.registration(number, body)
        except ValueError:
            found.fault("clinician.registration_number", f"registration_{body.lower()}")
    elif len(number) > LONGEST_NUMBER:
        found.fault("clinician.registration_number", "registration_other")


def _labels(one: ConsentField) -> str:
    return "; ".join(option.label for option in one.options)
