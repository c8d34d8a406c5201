"""What is typed on the forms about money, read with care."""

from datetime import date

from flask import request

from lettergen.refusals import Refused

_LONGEST = 4_000


def typed(name: str) -> str:
    """Return what stands in a box, without the space around it."""
    return request.form.get(name, "").strip()[:_LONGEST]


def lines(name: str) -> list[str]:
    """Return the lines of a box that are not blank."""
    return [line.strip() for line in typed(name).splitlines() if line.strip()]


def day(name: str, what: str) -> date | None:
    """Return the day in a box, or None where it is blank. Raises Refused."""
    text = typed(name)
    return _day(text, what) if text else None


def needed_day(name: str, what: str) -> date:
    """Return the day in a box that may not be blank. Raises Refused."""
    return _day(typed(name), what)


def asked_day(name: str) -> date | None:
    """Return a day of the address, or None where it names none. Raises Refused."""
    text = request.args.get(name, "").strip()
    return _day(text, "the day") if text else None


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"Enter {what} as a date, like 2026-11-20.") from None


def whole(name: str, what: str, *, digits: int = 4) -> int:
    """Return the whole number in a box; raises Refused."""
    return _whole(typed(name), what, digits)


def asked_whole(name: str, what: str) -> int | None:
    """Return a whole number of the address, or of the form, or None. Raises Refused."""
    text = request.values.get(name, "").strip()
    return _whole(text, what, 4) if text else None


def _whole(text: str, what: str, digits: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        raise Refused(f"Enter {what} as a whole number.")
    return int(text)
