"""The notice of fees for the waiting room, as it stands on one day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from lettergen.calendar import british_date
from lettergen.models import Practice
from lettergen.requests.money.fees import PublicFee
from lettergen.requests.money.pence import pounds
from lettergen.requests.papers.money_frame import Paper

WHOEVER = "Whoever asks"
SLUG, TITLE = "fee-notice", "Fees for letters and forms"


def paper(practice: Practice, lines: Sequence[PublicFee], *, on: date, printed_on: date) -> Paper:
    """Return the notice of the day `on`; none of its lines makes a notice that says so."""
    return Paper(
        slug=SLUG,
        title=TITLE,
        template="request-fee-notice.html",
        seller={
            "name": practice.name,
            "ods": practice.ods,
            "phone": practice.phone,
            "email": practice.email,
            "address_lines": practice.address_lines,
        },
        customer={"name": "For our patients"},
        form={
            "on": british_date(on),
            "has_vat": any(one.vat_pence for one in lines),
            "groups": list(_groups(lines)),
        },
        dated=printed_on,
        must_hold=(TITLE, british_date(on), *(pounds(one.total_pence) for one in lines)),
    )


def _groups(lines: Iterable[PublicFee]) -> Iterable[Mapping[str, Any]]:
    for title, found in groupby(lines, key=lambda one: one.group):
        yield {"title": title, "lines": list(_lines(found))}


def _lines(lines: Iterable[PublicFee]) -> Iterable[Mapping[str, str]]:
    """Yield one line for work that costs all its payers the same."""
    for (title, pence), found in groupby(lines, key=lambda one: (one.title, one.total_pence)):
        payers = [one.payer for one in found]
        yield {
            "title": title,
            "payer": payers[0] if len(payers) == 1 else WHOEVER,
            "price": pounds(pence),
        }
