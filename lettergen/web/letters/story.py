"""What happened to a letter on its way to the patient, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from lettergen import delivery, documents
from lettergen.delivery import Told
from lettergen.web.base.context import actor
from lettergen.web.base.display import plural

NAMES = {
    documents.LETTER: "Letter",
    documents.PATIENT: "Copy for the patient",
    documents.LARGE: "Large print for the patient",
}
# At the link the patient is offered these, whichever sheet is meant for the patient.
_AT_THE_LINK = {documents.LARGE: "Large print"}
_WORDS = {
    "made": "Link made, for {days}",
    "shown": "Link shown on the screen, to print or to read out",
    "emailed": "Link put into an email to {address}",
    "email-sent": "The mail server took the email to {address}. That does not say that it arrived",
    "email-failed": "The email to {address} could not be sent",
    "email-uncertain": "The connection broke: nobody knows whether the email arrived",
    "printed": "{file}: opened to print",
    "staff-download": "{file}: downloaded",
    "wrong-birth-date": "Wrong date of birth given at the link",
    "locked": "Link locked after five wrong dates of birth",
    "opened": "Link opened with the right date of birth",
    "read-here": "Letter shown as a web page, at the link",
    "downloaded": "{taken} PDF downloaded, at the link",
    "used": "Link used",
    "renewed": "Link ended, because a new one was made in its place",
    "revoked": "Link turned off",
}


@dataclass(frozen=True)
class Line:
    """One line of the story: when, what in words, by whom of the practice, and how often in a row.

    `at` is the last time of several.
    """

    at: datetime
    text: str
    by: str
    times: int = 1


def lines(session: Session, document_id: str) -> list[Line]:
    """Return the story of a letter of the actor's practice, the latest thing first."""
    masked = {one.id: one.masked or "" for one in delivery.emails_of(session, actor(), document_id)}
    told = delivery.story(session, actor(), document_id)
    single = [Line(one.fact.at, _words(one, masked), one.by) for one in told]
    in_a_row = groupby(single, key=lambda one: (one.text, one.by))
    return [_together(list(group)) for _, group in in_a_row]


def _together(same: list[Line]) -> Line:
    return replace(same[0], times=len(same))


def _words(told: Told, masked: Mapping[str, str]) -> str:
    details = told.fact.details
    kind = str(details.get("kind", ""))
    return _WORDS[told.fact.what].format(
        days=plural(int(details.get("days", 0)), "day"),
        address=masked.get(str(details.get("message", "")), "") or "the patient",
        file=NAMES.get(kind, kind),
        taken=_AT_THE_LINK.get(kind, "Usual size"),
    )
