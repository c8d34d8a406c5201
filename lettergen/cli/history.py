"""Three years of plausible work for the synthetic practice, as rows that count: decision 132."""

import random
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts, working_days, workload
from lettergen.calendar import LONDON, local_day
from lettergen.cli.bulk import Bulk
from lettergen.config import Settings
from lettergen.models import Document, Practice, Request, Requester, Staff, Work, gather_statistics
from lettergen.reference import ALPHABET, LENGTH, MODULUS
from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import TURNED_AWAY, Type
from lettergen.requests.catalogue.standing import Requests
from lettergen.workload import counting, sums
from lettergen.workload.kinds import NOBODY, RESTRICTED
from lettergen.workload.totals import Adding

YEARS = 3
STEP = 500
OFFICE_HOURS = (8, 18)
# How likely what is; of the documents, half answer requests, and some are consents.
ODDS = {
    "request": 0.5,
    "consent": 0.16,
    "referral": 0.4,
    "first signer": 0.6,
    "undecided": 0.3,
    "disputed": 0.03,
    "comes back": 0.06,
    "waived": 0.03,
    "paid": 0.97,
}
# The last of the requests are not done yet; some of those are late.
STILL_OPEN = 120
TOWNS = ("Exampleton", "Mockford", "Sampleham", "Placeholder", "Testerby", "Specimen")
NOUNS = {
    "employer": "Works",
    "education": "University",
    "insurer": "Mutual",
    "solicitor": "Law",
    "state": "Council",
    "leisure_travel": "Leisure",
    "housing_utility": "Homes",
    "health_body": "Clinic",
    "other_org": "Trust",
}
PAYERS = {"PATIENT_FEE": "patient", "ORG_FEE": "organisation", "STATE_FEE": "state"}
FAMILIES = {"adhd-referral": ("adhd", 15), "to-whom-it-may-concern": ("general", 8)}
COLUMNS = tuple(one.key for one in Work.__table__.columns)
# A row as counting reads it, and as the table holds it; ten times quicker to make than the ORM's.
NOTHING = (None,) * len(COLUMNS)
Row = cast(Any, namedtuple)("Row", COLUMNS, defaults=NOTHING)  # noqa: PYI024  (the model's names)
Flow = Iterator[tuple[str, float, dict[str, Any]]]


@dataclass(frozen=True)
class Troupe:
    """Who works in the practice, by role, and who asks, by class."""

    practice_id: str
    gps: Sequence[Staff]
    desk: Staff
    manager: Staff
    requesters: dict[str, Sequence[str]]


def write(
    settings: Settings,
    session: Session,
    number: int,
    on_progress: Callable[[int], object],
    *,
    today: date,
) -> int:
    """Write so many documents with the requests, work and sums that belong to them.

    The same for each run with the same number on the same day. Returns how many rows of work that
    makes. The sums are those of the rows: lettergen workload verify says so. Raises Refused where
    these documents are there already.
    """
    troupe = _troupe(session)
    types = list(Requests(settings).catalogue.types.values())
    made = _History(troupe, types, number, today)
    _require_new(session, made)
    sums.begin_bulk(session, troupe.practice_id, at=datetime.now(UTC))
    session.commit()
    bulk, adding, rows = Bulk(session), Adding(), 0
    for place in range(number):
        case = made.one(place, bulk)
        adding.add(part for rows_of in case for part in counting.parts(rows_of))
        for rows_of in case:
            bulk.add_all(Work, rows_of)
            rows += len(rows_of)
        if (place + 1) % STEP == 0:
            bulk.write()
            on_progress(STEP)
    bulk.write(is_last=True)
    sums.end_bulk(session, troupe.practice_id, adding.totals(), at=datetime.now(UTC))
    gather_statistics(session.connection())
    session.commit()
    on_progress(number % STEP)
    return rows


class _History:
    """Makes one document after the other, in the order of time, from seeded dice."""

    def __init__(self, troupe: Troupe, types: Sequence[Type], number: int, today: date) -> None:
        self.troupe, self.types, self.number = troupe, types, number
        self.today = today
        self.first = today.replace(year=today.year - YEARS)
        self.dice = random.Random(number)  # noqa: S311  (nothing is secret: a run can be repeated)
        # A few types are asked for often, most of them seldom.
        self.weights = [1 / (1 + place) ** 0.7 for place in range(len(types))]
        self.seed = blake2b(f"{number} {troupe.practice_id}".encode(), digest_size=8).hexdigest()
        self.keys, self.references = 0, int(self.seed, 16)
        self.picked: list[Type] = []

    def one(self, place: int, bulk: Bulk) -> list[list[Any]]:
        """Add a document and its request, and return the rows of work, those of a case together."""
        at = self._moment(place)
        if self._happens("request"):
            return self._request(place, at, bulk)
        if self._happens("consent"):
            consent = self._document(bulk, "photo-consent", at, 12, family="photo-consent")
            filed = self._row("consent", at, self.troupe.gps[0], "gp", outcome="filed",
                              family="photo-consent", slug="photo-consent")  # fmt: skip
            return [[consent], [filed]]
        slug = "adhd-referral" if self._happens("referral") else "to-whom-it-may-concern"
        family, minutes = FAMILIES[slug]
        return [[self._document(bulk, slug, at, minutes, family=family)]]

    def _request(self, place: int, at: datetime, bulk: Bulk) -> list[list[Any]]:
        kind = self._type()
        about = self._about(kind, at)
        # Every second document answers a request.
        is_open = self.number - place < min(STILL_OPEN * 2, self._a_fortnight())
        rows, document_id, outcome = [], None, kind.obligation
        for name, hours, values in self._flow(kind, is_open=is_open):
            moment = at + timedelta(hours=hours)
            if moment.date() > self.today:
                break
            if name == "letter":
                form = kind.letter_slug or kind.key
                row = self._document(bulk, form, moment, kind.gp_min, **about)
                document_id = row.document_id
            else:
                staff, role = self._who(name)
                said = {"outcome": outcome, **about, **values}
                row = self._row(name, moment, staff, role, **said)
            rows.append(row)
        if document_id is None:
            reply = self._document(bulk, "request-reply", at, 0, family=workload.REQUESTS)
            document_id = reply.document_id
        said = {"is_restricted": kind.restricted, "is_open": is_open}
        self._add_request(bulk, at, about, rows, document_id, **said)
        return [rows]

    def _about(self, kind: Type, at: datetime) -> dict[str, Any]:
        asker = kind.asks.get("requester", "patient")
        known = self.troupe.requesters.get(asker)
        return {
            "request_id": self._key(),
            "slug": kind.key,
            "family": workload.REQUESTS,
            "requester_class": asker,
            # Chosen for a restricted one too, so that all that follows stays as it was.
            "requester_id": (self.dice.choice(known) if known else None, None)[kind.restricted],
            "received_on": local_day(at),
            "due_on": _due(local_day(at), kind.target_days),
        }

    def _flow(self, kind: Type, *, is_open: bool) -> Flow:
        """Yield the steps of a request: kind of work, hours since it came, and values."""
        dice, outcome = self.dice, kind.obligation
        yield "received", 0, {"outcome": "received"}
        if is_open and self._happens("undecided"):
            return
        yield "triaged", dice.random() * 6, {
            "outcome": outcome,
            "payer": PAYERS.get(outcome, NOBODY),
            "step": RESTRICTED if kind.restricted else None,
            "rule": {"DECLINE": "R11", "REDIRECT": "R10", "ACCESS": "R15"}.get(outcome, "R17"),
            "seconds_measured": 15 + int(dice.random() ** 2 * 150),
            "minutes_expected": kind.gp_min or 6,
        }  # fmt: skip
        if self._happens("disputed"):
            yield "disputed", 6.1, {}
        if is_open:
            return
        if outcome in TURNED_AWAY:
            yield "replied", 6.5, {"minutes_stated": 1 + int(dice.random() * 3)}
            if self._happens("comes back"):
                yield "reopened", 24 * (7 + dice.random() * 40), {}
            return
        yield from self._paid(kind, outcome)
        hours = 24 * (1 + dice.expovariate(1 / max(1, kind.target_days * 0.6)))
        yield "letter", hours, {}
        yield "released", hours + 1, {}

    def _paid(self, kind: Type, outcome: str) -> Flow:
        payer, pence = PAYERS.get(outcome), kind.fee_default_pence
        if payer is None or not pence:
            return
        money = {"payer": payer, "fee_pence": pence}
        if self._happens("waived"):
            yield "waived", 7, money
            return
        yield "quoted", 7, money
        yield "invoiced", 24, money
        if self._happens("paid"):
            yield "paid", 24 * (1 + self.dice.random() * 20), money

    def _who(self, name: str) -> tuple[Staff, str]:
        if name in ("quoted", "invoiced", "paid", "waived"):
            return self.troupe.manager, "administrator"
        return self.troupe.desk, "receptionist"

    def _row(self, kind: str, at: datetime, staff: Staff, role: str, **values: Any) -> Any:
        row = Row(
            id=self._key(), practice_id=self.troupe.practice_id, kind=kind, at=at, noted_at=at,
            day=local_day(at), role=role, staff_id=staff.id, staff_name=staff.name, **values,
        )  # fmt: skip
        if kind != "released":
            return row
        return row._replace(days_taken=_waited(row.received_on, row.day))

    def _document(self, bulk: Bulk, slug: str, at: datetime, minutes: int, /, **about: Any) -> Any:
        """Add a document that counts, without what identifies, and return its row of work."""
        signer = self.troupe.gps[0 if self._happens("first signer") else -1]
        key, pages = self._key(), 1 + int(self.dice.random() * 2)
        measured = {
            "pages": pages,
            "minutes_expected": minutes or None,
        }
        seconds = int(60 * minutes * (0.4 + self.dice.random())) or None
        bulk.add(Document, {
            "id": key, "practice_id": self.troupe.practice_id, "reference": self._reference("LG"),
            "seal": "", "slug": slug, "title": slug.replace("-", " ").capitalize(),
            "family": about["family"], "version": "", "engine": {}, "author_id": signer.id,
            "signer_id": signer.id, "signer_name": signer.name, "dated": local_day(at),
            "issued_at": at, "seconds": seconds, "warnings": [], "state": "issued", **measured,
        })  # fmt: skip
        said = {"slug": slug, **about, **measured}
        return self._row(
            "letter", at, signer, "gp", outcome="issued", seconds_measured=seconds,
            document_id=key, **said,
        )  # fmt: skip

    def _add_request(
        self, bulk: Bulk, at: datetime, about: dict[str, Any], rows: list[Any],
        document_id: str, *, is_restricted: bool, is_open: bool,
    ) -> None:  # fmt: skip
        decided = next((row for row in rows if row.kind == "triaged"), None)
        released = next((row for row in rows if row.kind == "released"), None)
        bulk.add(Request, {
            "id": about["request_id"], "practice_id": self.troupe.practice_id,
            "reference": self._reference("RQ"), "once": about["request_id"], "revision": 1,
            "channel": "desk", "received_at": at, "received_on": about["received_on"],
            "state": ("triaged" if decided else "received") if is_open else "closed",
            "type_key": about["slug"], "inputs": {}, "outcome": decided and decided.outcome,
            "rule": decided and decided.rule, "decided_at": decided and decided.at,
            "decided_by": decided and decided.staff_id, "is_disputed": False,
            "seconds_to_outcome": decided and decided.seconds_measured,
            "requester_class": about["requester_class"], "requester_id": about["requester_id"],
            "due_on": about["due_on"], "is_urgent": False, "is_restricted": is_restricted,
            "document_id": document_id, "released_at": released and released.at,
            "closed_at": None if is_open else rows[-1].at, "changed_at": rows[-1].at,
        })  # fmt: skip

    def _a_fortnight(self) -> int:
        """Return how many documents two weeks bring: of a short history, little is still open."""
        return 14 * self.number // (self.today - self.first).days

    def _happens(self, what: str) -> bool:
        return self.dice.random() < ODDS[what]

    def _moment(self, place: int) -> datetime:
        """Return a moment in office hours, the later the higher the place."""
        days = (self.today - self.first).days
        day = self.first + timedelta(days=place * days // self.number)
        opens, closes = OFFICE_HOURS
        minutes = int(self.dice.random() * 60 * (closes - opens))
        return datetime.combine(day, time(opens), LONDON) + timedelta(minutes=minutes)

    def _type(self) -> Type:
        if not self.picked:
            self.picked = self.dice.choices(self.types, self.weights, k=10_000)
        return self.picked.pop()

    def _key(self) -> str:
        self.keys += 1
        return f"{self.seed}{self.keys:016x}"

    def _reference(self, prefix: str) -> str:
        """Return the next reference whose check character can be written."""
        while True:
            self.references = (self.references + 1) % len(ALPHABET) ** LENGTH
            if self.references % MODULUS < len(ALPHABET):
                break
        body, value = ALPHABET[self.references % MODULUS], self.references
        for _ in range(LENGTH):
            value, digit = divmod(value, len(ALPHABET))
            body = ALPHABET[digit] + body
        return f"{prefix}-{body[:4]}-{body[4:]}"


def _require_new(session: Session, made: _History) -> None:
    first, last = f"{made.seed}{0:016x}", f"{made.seed}{'f' * 16}"
    if session.scalar(select(Work.id).where(Work.id.between(first, last)).limit(1)):
        raise Refused(
            f"These {made.number:,} documents are there already. Ask for another number of them, "
            "or name an empty folder in LETTERGEN_DATA."
        )


def _troupe(session: Session) -> Troupe:
    """Return who takes part; organisations that ask are made unless they are there."""
    practice = accounts.practices(session)[0]
    staff = session.scalars(
        select(Staff).where(Staff.practice_id == practice.id).order_by(Staff.id)
    )
    everyone = list(staff)
    asking = select(Requester.name, Requester.id).where(Requester.practice_id == practice.id)
    known = {name: key for name, key in session.execute(asking)}  # noqa: C416  (rows are no pairs)
    return Troupe(
        practice.id,
        [one for one in everyone if "clinician" in one.roles],
        next(one for one in everyone if "reception" in one.roles),
        next(one for one in everyone if "manager" in one.roles),
        {
            kind: [
                known.get(f"{town} {noun}") or _requester(session, practice, f"{town} {noun}", kind)
                for town in TOWNS
            ]
            for kind, noun in NOUNS.items()
        },
    )  # fmt: skip


def _requester(session: Session, practice: Practice, name: str, kind: str) -> str:
    key = blake2b(f"{practice.id} {name}".encode(), digest_size=16).hexdigest()
    session.add(
        Requester(id=key, practice_id=practice.id, name=name, kind=kind, is_on_account=False,
                  created_at=practice.created_at)
    )  # fmt: skip
    return key


@cache
def _days_off() -> frozenset[date]:
    return workload.bank_holidays()


@cache
def _due(day: date, days: int) -> date:
    return working_days.after(day, days, _days_off())


@cache
def _waited(since: date, until: date) -> int:
    return max(0, working_days.between(since + timedelta(days=1), until, _days_off()))
