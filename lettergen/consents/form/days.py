"""Moments that have to be there, and the ends of days."""

from datetime import date, datetime, timedelta

from lettergen.consents.form.moments import DAY, parse_moment, start_of
from lettergen.refusals import Refused

TICK = timedelta(microseconds=1)


def moment(text: object) -> datetime:
    """Return the moment that an ISO text names; Refused without a date, a time or a zone."""
    found = parse_moment(text)
    if found is None:
        raise Refused(
            f"{text!r} is no moment with a time zone. Write it like 2026-11-16T10:18:00+00:00."
        )
    return found


def end_of(day: date) -> datetime:
    """Return the last moment of a day as clocks in the United Kingdom show it."""
    return start_of(day + DAY) - TICK
