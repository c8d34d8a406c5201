"""Money as whole pence: as people write it and as they read it, and its tax."""

import re

from lettergen.refusals import Refused

MOST = 99_999_99
STEP = 5_00
AMOUNT = re.compile(r"£?\s*(?P<pounds>[0-9]{1,6}|[0-9]{1,3}(,[0-9]{3})+)(\.(?P<pence>[0-9]{2}))?")


# As a file writes an amount of any size, to the penny.
EXACT = re.compile(r"(?P<pounds>[0-9]{1,9})\.(?P<pence>[0-9]{2})")


def pounds(pence: int) -> str:
    """Return £1,234.50 for 123450 pence, and −£5.00 with a minus sign for less than nothing."""
    sign = "−" if pence < 0 else ""
    whole, rest = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}.{rest:02}"


def plain(pence: int) -> str:
    """Return 1234.50: what a form's box and an accountant's software read."""
    whole, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{rest:02}"


def read(text: str, *, least: int = 1) -> int:
    """Return the pence of an amount such as 40, 40.50 or £1,234.50.

    Raises Refused for anything else, for less than `least`, and for more than £99,999.99.
    """
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        raise Refused("Enter an amount of money, like 40 or 40.50.")
    pence = int(found["pounds"].replace(",", "")) * 100 + int(found["pence"] or 0)
    if not least <= pence <= MOST:
        raise Refused(f"Enter an amount from {pounds(least)} to {pounds(MOST)}.")
    return pence


def tax_on(net: int, percent: int) -> int:
    """Return the VAT on an amount, to the nearest penny, a half penny up."""
    return (net * percent + 50) // 100


def tax_within(total: int, percent: int) -> int:
    """Return the VAT that an amount holds, to the nearest penny, a half penny up."""
    return (2 * total * percent + 100 + percent) // (2 * (100 + percent))


def rounded_up(pence: int) -> int:
    """Return the next whole £5, or the amount itself if it is one."""
    return -(-pence // STEP) * STEP
