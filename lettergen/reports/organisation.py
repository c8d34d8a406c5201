"""The letter to one organisation: its own figures, the guidance, and what would help us both.

Source: third-party requests, domain section 6.3. It is never written about fewer than five
requests, and never counts one that is restricted.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor, Requester
from lettergen.refusals import Refused
from lettergen.reports.frame import Paper
from lettergen.reports.kinds import KINDS, ORGANISATION
from lettergen.reports.names import Names
from lettergen.reports.own_figures import OwnFigures, OwnType, own_figures
from lettergen.reports.words import count, counted, hours, share
from lettergen.requests.catalogue.grammar import TURNED_AWAY, Catalogue
from lettergen.workload import LEAST_TO_NAME, Period

GUIDANCE_SHOWN, TYPES_SHOWN = 3, 8
GONE = "There is no such organisation in your address book. Choose one from the list."
_TOGETHER = (
    "Give us one name and telephone number on your side, so that a question takes a minute.",
    "Where only a report from us will do, agree the price beforehand and open an account with us.",
)
FIXES: Mapping[str, tuple[str, ...]] = {
    "employer": (
        "Let staff certify their own absence of seven days or fewer, as the law provides.",
        "Ask your occupational health service about work, adjustments and coming back.",
        *_TOGETHER,
    ),
    "education": (
        "Take the word of the parent, or of the student, as evidence of an illness.",
        "Write into your rules that no letter from a GP is needed, and tell your staff.",
        *_TOGETHER,
    ),
    "insurer": (
        "Send your own questions with a consent under the Access to Medical Reports Act.",
        *_TOGETHER,
    ),
    "state": (
        "Ask only for what your own papers and the patient cannot give.",
        "Name the law under which you ask, and who pays.",
        *_TOGETHER,
    ),
    "housing_utility": (
        "Take the papers that people have already, such as a benefit award or a repeat slip.",
        *_TOGETHER,
    ),
    "leisure_travel": (
        "Ask your customers to declare their health themselves, and train staff to act on it.",
        *_TOGETHER,
    ),
}
_OTHERS = ("Ask the person first: they can show you their own record, free of charge.", *_TOGETHER)


class TooFewRequests(Refused):
    """The organisation sent so few requests that figures could tell of single people."""


def paper(
    session: Session,
    actor: Actor,
    period: Period,
    requester_id: str,
    *,
    catalogue: Catalogue,
    names: Names,
    today: date,
) -> Paper:
    """Return the letter to an organisation about a period.

    Raises TooFewRequests below five requests that are not restricted, and Refused for an
    organisation that is not in the address book.
    """
    requester = _requester(session, actor, requester_id)
    restricted = {key for key, one in catalogue.types.items() if one.restricted}
    found = own_figures(session, actor, period, requester.id, restricted, today=today)
    if found.asked < LEAST_TO_NAME:
        raise TooFewRequests(
            f"{requester.name} sent {counted(found.asked, 'request')} that may be counted in "
            f"{period.label}. A letter needs at least {LEAST_TO_NAME}, so that figures tell of "
            "no single person. Choose a longer period, or wait."
        )
    kind = KINDS[ORGANISATION]
    return Paper(
        kind=kind,
        title=kind.over(period),
        addressee=requester.name,
        address_lines=_lines(requester.address or ""),
        form=_form(requester, found, period, catalogue, names),
        must_hold=(kind.title, requester.name, count(found.asked)),
    )


def _form(
    requester: Requester,
    found: OwnFigures,
    period: Period,
    catalogue: Catalogue,
    names: Names,
) -> dict[str, Any]:
    ranked = sorted(found.types.items(), key=lambda one: (-one[1].asked, one[0]))
    return {
        "period": period.label,
        "asked": counted(found.asked, "request"),
        "not_needed": count(found.not_needed),
        "share": share(found.not_needed, found.decided),
        "decided": count(found.decided),
        "has_not_needed": found.not_needed > 0,
        "hours": hours(found.measured + found.stated),
        "has_hours": found.measured + found.stated > 0,
        "has_stated": found.stated > 0 and found.measured > 0,
        "types": [_type(names.type(key), one) for key, one in ranked[:TYPES_SHOWN]],
        "guidance": list(_guidance(found, catalogue)),
        "fixes": list(FIXES.get(requester.kind, _OTHERS)),
    }


def _type(title: str, one: OwnType) -> dict[str, str]:
    return {"title": title, "asked": count(one.asked), "not_needed": count(one.not_needed)}


def _guidance(found: OwnFigures, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Yield what guidance says of the types that were turned away most: each authority once.

    Only of types that usually are: of paid or free work a type's own words tell how it is done.
    """
    ranked = sorted(found.types.items(), key=lambda one: (-one[1].not_needed, one[0]))
    known = [catalogue.types.get(key) for key, one in ranked if one.not_needed]
    said = set()
    for kind in [one for one in known if one and one.obligation in TURNED_AWAY][:GUIDANCE_SHOWN]:
        reply = catalogue.replies.get(kind.letter)
        is_new = reply is not None and reply.code not in said
        if reply and is_new:
            said.add(reply.code)
        source = catalogue.sources.get(reply.source) if reply and is_new else None
        yield {
            "title": kind.title,
            "says": kind.reply,
            "authority": reply.authority if reply and is_new else "",
            "source": source.title if source and not source.is_from_memory else "",
        }


def _requester(session: Session, actor: Actor, requester_id: str) -> Requester:
    found = session.get(Requester, requester_id)
    if found is None or found.practice_id != actor.practice_id:
        raise Refused(GONE)
    return _requester(session, actor, found.merged_into_id) if found.merged_into_id else found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def offered(session: Session, actor: Actor, period: Period) -> list[tuple[str, str]]:
    """Return the organisations that a letter may be written to, by number of requests."""
    found = workload.league(session, actor, period)
    return [(one.key, f"{one.label} ({count(one['requests'])})") for one in found if one.key]
