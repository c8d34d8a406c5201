"""What rows of the ledger add up to: pure, and the one place where that is decided."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from lettergen.workload import kinds

# Raise it when anything below counts otherwise: every practice's sums are then made anew.
EDITION = 1
# Third-party requests, 6.1: avoided is what did not come back within these days.
DAYS_TO_COME_BACK = 30

TURNAROUND, ACCESS_DAYS, BREACH, OWED = "turnaround", "access_days", "breach", "owed"
# A row that counts under a type or an organisation which it does not name itself, by the row's id:
# so rows of one of these are found without asking every request of a month.
ELSEWHERE = {"type": "type elsewhere", "requester": "requester elsewhere"}
# What is owed is a figure of today, not of a period: it is read by itself.
BY_KEY = (TURNAROUND, ACCESS_DAYS, BREACH)


class Piece(Protocol):
    """A row of the ledger, as the rules read it: models.Work, or anything with its names."""

    id: str
    at: datetime
    day: date
    kind: str
    step: str | None
    role: str
    staff_id: str | None
    slug: str | None
    family: str | None
    requester_class: str | None
    requester_id: str | None
    request_id: str | None
    payer: str | None
    outcome: str
    rule: str | None
    fee_pence: int | None
    pages: int | None
    seconds_measured: int | None
    minutes_stated: int | None
    minutes_expected: int | None
    received_on: date | None
    due_on: date | None
    days_taken: int | None
    corrects_id: str | None


class Group(NamedTuple):
    """What a part can be grouped and filtered by; an empty text where nothing is known."""

    family: str
    type: str
    requester_class: str
    requester: str
    role: str
    staff: str
    outcome: str
    rule: str
    payer: str


class Part(NamedTuple):
    """What one row adds: amounts by the names of models.Amounts, and keyed ones by fact."""

    row: Piece
    day: date
    group: Group
    amounts: dict[str, int]
    spreads: dict[tuple[str, str], int]


@dataclass
class _Round:
    """One time through triage: from coming in, or coming back, to the next coming back."""

    rows: list[Piece]
    decision: Piece | None = None
    next_came_back: Piece | None = None
    is_disputed: bool = False
    released: Piece | None = None


@dataclass
class _Case:
    """What is true of a whole request, whichever row says it."""

    type: str = ""
    family: str = ""
    requester_class: str = ""
    requester: str = ""
    payer: str = ""
    first: Piece | None = None
    owed: dict[str, int] = field(default_factory=dict)
    first_charge: str = ""


def effective(rows: Iterable[Piece]) -> list[Piece]:
    """Return the rows that count: not those that were corrected, nor those struck out."""
    known = list(rows)
    replaced = {one.corrects_id for one in known if one.corrects_id}
    return [one for one in known if one.id not in replaced and one.kind != kinds.STRUCK]


def parts(rows: Iterable[Piece]) -> Iterator[Part]:
    """Yield what the rows of one request add up to, or one row of no request.

    Give all rows of the request, corrected ones too. The last that is known of its type, class,
    organisation and payer holds for all of its rows; an outcome and a rule for those of its round.
    A request that any row calls restricted has no organisation in any of them: the first ones may
    name it, for they were noted before anybody knew.
    """
    found = sorted(effective(rows), key=_order)
    if not found:
        return
    case = _case(found)
    for one in _rounds(found):
        for row in one.rows:
            yield from _parts(case, one, row)


def _order(row: Piece) -> tuple[datetime, int, str]:
    return row.at, kinds.RANK[row.kind], row.id


def _case(rows: Sequence[Piece]) -> _Case:
    case = _Case()
    is_lone = rows[0].request_id is None
    for row in rows:
        # A letter's own type is a form; its request's type says what was asked for.
        if row.kind != "letter" or is_lone:
            case.type, case.family = row.slug or case.type, row.family or case.family
            case.requester_class = row.requester_class or case.requester_class
            case.requester = row.requester_id or case.requester
        case.payer = row.payer or case.payer
        if case.first is None and row.kind == "received":
            case.first = row
    if any(row.step == kinds.RESTRICTED for row in rows):
        case.requester = ""
    case.owed = _owed(rows)
    case.first_charge = next((row.id for row in rows if _is_charge(row)), "")
    return case


def _is_charge(row: Piece) -> bool:
    return row.kind in ("quoted", "invoiced", "paid") and (row.fee_pence or 0) > 0


def _rounds(rows: Sequence[Piece]) -> list[_Round]:
    rounds = [_Round([])]
    for row in rows:
        if row.kind == "reopened" and rounds[-1].rows:
            rounds[-1].next_came_back = row
            rounds.append(_Round([]))
        here = rounds[-1]
        here.rows.append(row)
        if row.kind == "triaged":
            here.decision = row
        elif row.kind == "disputed":
            here.is_disputed = True
        elif row.kind == "released" and here.released is None:
            here.released = row
    return rounds


def _parts(case: _Case, one: _Round, row: Piece) -> Iterator[Part]:
    outcome = one.decision.outcome if one.decision else ("" if row.request_id else row.outcome)
    group = Group(
        case.family, case.type, case.requester_class, case.requester, row.role, row.staff_id or "",
        outcome, (one.decision or row).rule or "", case.payer,
    )  # fmt: skip
    amounts = {**_time(row), **_money(row), **_letter(row)}
    if row is case.first:
        amounts["received"] = 1
    spreads = _breaches(case, row, group)
    if row is one.decision:
        amounts.update(_decision(one, row))
    if row.kind == "triaged" and row.seconds_measured is not None:
        amounts.update(timed_decisions=1, decision_seconds=row.seconds_measured)
    if row is one.released:
        amounts.update(_release(row))
        spreads.update(_waiting(row, outcome))
    if row.id in case.owed:
        spreads[OWED, row.day.isoformat()] = case.owed[row.id]
    kept = {name: amount for name, amount in amounts.items() if amount}
    if kept or spreads:
        if case.type and case.type != row.slug:
            spreads[ELSEWHERE["type"], row.id] = 1
        if case.requester and case.requester != row.requester_id:
            spreads[ELSEWHERE["requester"], row.id] = 1
        yield Part(row, row.day, group, kept, spreads)


def _time(row: Piece) -> dict[str, int]:
    found = {f"stated_{row.role}": row.minutes_stated or 0}
    if row.seconds_measured is not None:
        found |= {"timed": 1, f"measured_{row.role}": row.seconds_measured}
    if row.kind != "triaged":
        found["expected"] = row.minutes_expected or 0
    return found


def _letter(row: Piece) -> dict[str, int]:
    return {
        "letters": int(row.outcome == "issued" or row.kind == "replied"),
        "discarded": int(row.outcome == "discarded"),
        "pages": row.pages or 0,
    }


def _money(row: Piece) -> dict[str, int]:
    """Whichever sign a writer chose, a credit and a refund take away."""
    pence = row.fee_pence or 0
    if row.kind == "waived":
        return {"waived": 1, "waived_pence": pence}
    if row.kind in ("invoiced", "credited"):
        return {"invoiced_pence": pence if row.kind == "invoiced" else -abs(pence)}
    if row.kind in ("paid", "refunded"):
        return {"received_pence": pence if row.kind == "paid" else -abs(pence)}
    return {}


def _decision(one: _Round, row: Piece) -> dict[str, int]:
    refused = row.rule in kinds.FEE_REFUSED or any(other.kind == "refused" for other in one.rows)
    found = {
        "decided": 1,
        "disputed": int(one.is_disputed),
        "fees_refused": int(refused),
    }
    if row.outcome not in kinds.TURNED_AWAY:
        return found
    back = one.next_came_back
    found |= {"turned_away": 1, "came_back": int(back is not None)}
    if back is None or (back.day - row.day).days > DAYS_TO_COME_BACK:
        found |= {
            "avoided": 1,
            "avoided_expected": row.minutes_expected or 0,
            "avoided_seconds": sum(other.seconds_measured or 0 for other in one.rows),
            "avoided_stated": sum(other.minutes_stated or 0 for other in one.rows),
        }
    return found


def _release(row: Piece) -> dict[str, int]:
    if row.due_on is None:
        return {"released": 1}
    return {"released": 1, "with_target": 1, "in_target": int(row.day <= row.due_on)}


def _waiting(row: Piece, outcome: str) -> dict[tuple[str, str], int]:
    """Working days, or calendar days for a copy of records: the law counts those."""
    if row.received_on is None or row.days_taken is None:
        return {}
    if outcome == kinds.ACCESS:
        return {(ACCESS_DAYS, str(max(0, (row.day - row.received_on).days))): 1}
    return {(TURNAROUND, str(row.days_taken)): 1}


def _breaches(case: _Case, row: Piece, group: Group) -> dict[tuple[str, str], int]:
    found = {row.step or ""} if row.kind == "breached" else set()
    if row.kind == "released" and row.due_on and row.day > row.due_on:
        if group.outcome == kinds.ACCESS:
            found.add("subject_access_late")
        if group.rule == kinds.SAFEGUARDING:
            found.add("safeguarding_late")
    # A body's own work is free for the patient; its fee is the body's.
    is_free = group.outcome in kinds.FREE or (
        group.outcome == kinds.STATE_FEE and case.payer == kinds.PATIENT
    )
    if is_free and row.id == case.first_charge:
        found.add("fee_on_free")
    return {(BREACH, key): 1 for key in found}


def _owed(rows: Sequence[Piece]) -> dict[str, int]:
    """Return what is still owed by the id of each invoice's row; the oldest is paid first."""
    pence = {row.id: _money(row) for row in rows}
    came = sum(one.get("received_pence", 0) for one in pence.values())
    came -= sum(min(0, one.get("invoiced_pence", 0)) for one in pence.values())
    owed = {}
    for row in rows:
        due = pence[row.id].get("invoiced_pence", 0)
        if due > 0:
            settled = max(0, min(due, came))
            came -= settled
            if due > settled:
                owed[row.id] = due - settled
    return owed
