"""Figures in words, as these papers print them."""

from lettergen.workload.measures import Number

NOTHING = "–"
MINUTES_AN_HOUR, PENCE_A_POUND = 60, 100
FEW_HOURS = 10


def count(value: Number | None) -> str:
    """Return 1,234; a dash where there is nothing to say."""
    return NOTHING if value is None else _minus(f"{round(value):,}")


def pounds(value: Number | None) -> str:
    """Return £1,234 to the nearest pound, for pence that were worked out."""
    if value is None:
        return NOTHING
    whole = round(abs(value) / PENCE_A_POUND)
    return f"{'−' if value < 0 and whole else ''}£{whole:,}"


def hours(minutes: Number | None) -> str:
    """Return hours without their unit: tenths while there are few of them."""
    if minutes is None:
        return NOTHING
    found = minutes / MINUTES_AN_HOUR
    return f"{found:,.1f}" if 0 < found < FEW_HOURS else _minus(f"{found:,.0f}")


def percent(value: Number | None) -> str:
    """Return 62%."""
    return NOTHING if value is None else f"{value:.0f}%"


def rate(value: Number | None) -> str:
    """Return a rate with two decimals."""
    return NOTHING if value is None else f"{value:,.2f}"


def share(part: Number, whole: Number) -> str:
    """Return what part of a whole something is, as a percentage."""
    return percent(100 * part / whole) if whole else NOTHING


def counted(number: Number | None, one: str, many: str = "") -> str:
    """Return 1 request, 2 requests."""
    word = one if number == 1 else many or f"{one}s"
    return f"{count(number)} {word}"


def listed(words: list[str]) -> str:
    """Return a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _minus(text: str) -> str:
    return "0" if text == "-0" else text.replace("-", "−")
