"""Over random ledgers, kept sums say what a plain recount of all rows says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lettergen import accounts, workload
from lettergen.models import Request
from lettergen.workload import KINDS, Filter, Period
from tests.conftest import NOW, letterhead
from tests.workload.plain import Ledger

# Hours around the ends of days, months and summer time, where days are most easily mistaken.
EDGES = [
    datetime(2026, 2, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 31, 22, 30, tzinfo=UTC), datetime(2026, 3, 31, 23, 30, tzinfo=UTC),
    datetime(2026, 4, 2, 12, tzinfo=UTC), datetime(2026, 4, 30, 23, 0, tzinfo=UTC),
    datetime(2026, 5, 5, 9, tzinfo=UTC), datetime(2026, 5, 31, 22, 59, tzinfo=UTC),
]  # fmt: skip
WRITTEN = [kind for kind in KINDS if kind not in ("struck", "breached")]
OUTCOMES = ("DECLINE", "REDIRECT", "ACCESS", "STATE_FEE", "PATIENT_FEE", "issued", "discarded")
numbers = count(1)

moments = st.builds(
    lambda edge, minutes: edge + timedelta(minutes=minutes),
    st.sampled_from(EDGES),
    st.integers(0, 6 * 24 * 60),
)
rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*WRITTEN, "triaged", "reopened", "triaged", "letter"]),
        "at": moments,
        "request_id": st.sampled_from([None, "1" * 32, "2" * 32, "3" * 32]),
        "family": st.sampled_from(["third-party", "adhd"]),
        "slug": st.sampled_from([None, "gym", "sick_note"]),
        "requester_class": st.sampled_from([None, "employer", "insurer"]),
        "requester_id": st.sampled_from([None, "4" * 32, "5" * 32]),
        "payer": st.sampled_from([None, None, "patient", "state"]),
        "outcome": st.sampled_from(OUTCOMES),
        "rule": st.sampled_from([None, "R02", "R10", "R26"]),
        "step": st.sampled_from([None, None, None, None, "restricted"]),
        "fee_pence": st.integers(0, 9_999),
        "time": st.sampled_from(["seconds", "minutes_stated", "nothing"]),
        "spent": st.integers(0, 400),
        "minutes_expected": st.sampled_from([None, 4, 25]),
        "pages": st.sampled_from([None, 2]),
        "received_on": st.none() | st.dates(date(2026, 2, 1), date(2026, 2, 28)),
        "due_on": st.none() | st.dates(date(2026, 3, 1), date(2026, 5, 31)),
        "role": st.sampled_from(["gp", "nurse", "administrator", "receptionist"]),
    }
)
ledgers = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=1, max_size=5)
changes = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from(["strike", "kind", "move", "fee"]), moments),
    max_size=4,
)
days = st.dates(date(2026, 2, 1), date(2026, 6, 10))
filters = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from(["third-party", "adhd"]),
        "type": st.sampled_from(["gym", "sick_note"]),
        "requester_class": st.just("employer"),
        "requester": st.just("4" * 32),
        "role": st.sampled_from(["gp", "receptionist"]),
    },
)
COLUMNS = {"family": "about_family", "type": "about_slug", "outcome": "about_outcome",
           "requester_class": "about_requester_class", "requester": "about_requester_id",
           "role": "role", "rule": "about_rule", "payer": "about_payer"}  # fmt: skip


@given(ledgers, changes, st.tuples(days, days), filters, st.sampled_from(sorted(COLUMNS)))
@settings(
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_figures_are_those_of_a_plain_recount(sessions, ledger, changed, between, where, by):
    actor = new_practice(sessions)
    written = note_all(sessions, actor, ledger)
    written += correct_some(sessions, actor, written, changed)
    plain = Ledger(written, list(KINDS))
    since, until = sorted(between)

    def wanted(row, more):
        return all(row[COLUMNS[name]] == value for name, value in {**where, **more}.items())

    with sessions() as session:
        assert workload.verify(session, actor.practice_id) == []
        for period in (Period(since, until), Period(date(2026, 3, 1), date(2026, 4, 30))):
            asked = (session, actor, period)
            ends = (period.since, period.until)
            assert near(workload.total(*asked, Filter(**where))) == pytest.approx(
                plain.figures(*ends, lambda row: wanted(row, {}))
            )
            for line in workload.lines(*asked, by, Filter(**where)):
                of_line = plain.figures(*ends, lambda row, key=line.key: wanted(row, {by: key}))
                assert near(line) == pytest.approx(of_line), (by, line.key)


def near(line):
    return dict(line.values)


def new_practice(sessions):
    """A practice of its own, so that examples do not meet in one database."""
    with sessions.begin() as session:
        head = replace(letterhead("Example", "Y99991"), ods=f"Y{next(numbers):05}")
        return accounts.operator_of(accounts.create_practice(session, head, at=NOW))


def note_all(sessions, actor, ledger):
    """Note a list of transactions, and return what was noted with the ids of the rows."""
    written = []
    for rows_at_once in ledger:
        with sessions.begin() as session:
            for given_row in rows_at_once:
                values = dict(given_row)
                how, spent = values.pop("time"), values.pop("spent")
                if how != "nothing":
                    values[how] = spent
                if values["request_id"]:
                    # The same request in two practices would be a wonder: keys are random.
                    values["request_id"] = actor.practice_id[:31] + values["request_id"][0]
                row = workload.note(session, actor, **values)
                written.append({**values, "id": row.id})
    return written


def correct_some(sessions, actor, written, changed):
    """Correct some rows, each once, and return what the corrections say."""
    found, done = [], set()
    for place, how, at in changed:
        old = written[place % len(written)]
        if old["id"] in done:
            continue
        done.add(old["id"])
        change = {
            "strike": {"kind": "struck"},
            "kind": {"kind": "other"},
            "move": {"at": at},
            "fee": {"fee_pence": 1},
        }[how]
        with sessions.begin() as session:
            row = workload.correct(session, actor, old["id"], change, at=NOW)
            found.append({**old, **change, "id": row.id, "corrects": old["id"]})
    return found


def test_a_request_that_was_forgotten_still_counts(session, people, small_ledger):
    november = Period(date(2026, 11, 1), date(2026, 11, 30))

    forgotten = session.scalars(select(Request)).all()

    assert forgotten == []
    assert workload.total(session, people.manager, november)["requests"] == 3
