"""Work is noted, added by hand and corrected by new rows; the sums follow, whoever writes."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy
from sqlalchemy import delete, select

from lettergen import workload
from lettergen.models import Event, NotAllowed, Request, Work, WorkLedger
from lettergen.refusals import Refused
from lettergen.workload import Filter, Period
from tests.workload.conftest import moment, organisation

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


def call(sessions, actor, minutes=10, **values):
    """A telephone call that somebody adds; its id."""
    with sessions.begin() as session:
        given = {"on": date(2026, 11, 19), "at": AT, **values}
        return workload.add_by_hand(session, actor, "called", minutes=minutes, **given).id


def stated(sessions, actor, period=NOVEMBER, where=workload.ALL):
    with sessions() as session:
        assert workload.verify(session, actor.practice_id) == []
        return workload.total(session, actor, period, where)["minutes_stated"]


def test_work_outside_lettergen_is_added_and_audited(sessions, people):
    call(sessions, people.receptionist)

    with sessions() as session:
        row = session.scalars(select(Work)).one()
        assert (row.kind, row.role, row.day) == ("called", "receptionist", date(2026, 11, 19))
        assert (row.minutes_stated, row.seconds_measured) == (10, None)
        assert session.scalars(select(Event.action)).all()[-1] == "work.added"
    assert stated(sessions, people.manager) == 10


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"minutes": 0}, "whole number"),
        ({"minutes": 1441}, "whole number"),
        ({"on": date(2026, 11, 21)}, "future"),
        ({"on": date(2023, 12, 31)}, "long ago"),
    ],
)
def test_work_that_cannot_have_been_done_is_refused(sessions, people, values, why):
    with pytest.raises(Refused, match=why):
        call(sessions, people.receptionist, **values)


def test_work_of_other_kinds_is_not_added_by_hand(session, people):
    with pytest.raises(Refused, match="Choose what was done"):
        workload.add_by_hand(
            session, people.manager, "paid", minutes=1, on=date(2026, 11, 1), at=AT
        )


def test_a_correction_takes_a_rows_place_and_leaves_it_as_it_is(sessions, people):
    wrong = call(sessions, people.receptionist, minutes=90)

    with sessions.begin() as session:
        workload.correct(session, people.receptionist, wrong, {"minutes_stated": 9}, at=AT)

    with sessions() as session:
        assert session.get_one(Work, wrong).minutes_stated == 90
    assert stated(sessions, people.manager) == 9


def test_a_correction_moves_work_to_another_month(sessions, people):
    wrong = call(sessions, people.receptionist)
    may = Period(date(2026, 5, 1), date(2026, 5, 31))

    with sessions.begin() as session:
        # Half past midnight in England, still April in UTC.
        change = {"at": moment("2026-04-30T23:30")}
        workload.correct(session, people.manager, wrong, change, at=AT)

    assert stated(sessions, people.manager) == 0
    assert stated(sessions, people.manager, may) == 10


def test_a_row_is_corrected_once_and_its_correction_again(sessions, people):
    first = call(sessions, people.receptionist)
    with sessions.begin() as session:
        second = workload.correct(session, people.manager, first, {"minutes_stated": 5}, at=AT).id

    with sessions.begin() as session:
        with pytest.raises(Refused, match="corrected already"):
            workload.correct(session, people.manager, first, {"minutes_stated": 6}, at=AT)
        workload.strike(session, people.manager, second, at=AT)

    assert stated(sessions, people.manager) == 0


def test_only_whoever_did_it_or_a_manager_corrects(sessions, people):
    mine = call(sessions, people.receptionist)

    with sessions() as session:
        with pytest.raises(NotAllowed):
            workload.strike(session, people.clinician, mine, at=AT)
        with pytest.raises(Refused, match="no such row"):
            workload.strike(session, people.stranger, mine, at=AT)


@pytest.mark.parametrize("change", ["UPDATE work SET role = 'gp'", "DELETE FROM work"])
def test_the_database_keeps_rows_as_they_are(sessions, people, change):
    call(sessions, people.receptionist)

    with (
        sessions() as session,
        pytest.raises(sqlalchemy.exc.DBAPIError, match="may not be changed"),
    ):
        session.execute(sqlalchemy.text(change))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("danced", {}),
        ("letter", {"seconds": 1, "minutes_stated": 1}),
        ("letter", {"seconds": -1}),
        ("letter", {"role": "surgeon"}),
        ("breached", {"step": "promise"}),
    ],
)
def test_a_row_that_cannot_be_is_a_fault_of_ours(session, people, kind, values):
    with pytest.raises(ValueError, match=r"called|never|negative"):
        workload.note(session, people.manager, kind, at=AT, outcome="issued", **values)


def test_a_row_takes_what_it_does_not_say_from_its_request(sessions, people):
    with sessions.begin() as session:
        made = request(session, people.receptionist)
        row = workload.note(
            session, people.receptionist, "triaged", at=AT, outcome="DECLINE", request_id=made.id
        )

        assert (row.slug, row.family, row.requester_class) == ("gym", "third-party", "employer")
        assert (row.received_on, row.requester_id) == (date(2026, 11, 2), made.requester_id)


def test_the_organisation_of_a_restricted_request_is_not_kept(sessions, people):
    with sessions.begin() as session:
        made = request(session, people.receptionist, is_restricted=True)
        row = workload.note(
            session, people.receptionist, "triaged", at=AT, outcome="DECLINE",
            request_id=made.id, requester_id=made.requester_id,
        )  # fmt: skip

        assert (row.requester_id, row.requester_class) == (None, "employer")


def test_what_a_savepoint_undid_is_not_summed(sessions, people):
    with sessions.begin() as session:
        kept = {"at": AT, "outcome": "done", "minutes_stated": 3}
        workload.note(session, people.manager, "other", **kept)
        savepoint = session.begin_nested()
        workload.note(session, people.manager, "other", **kept)
        session.flush()
        savepoint.rollback()

    assert stated(sessions, people.manager) == 3


def test_what_was_rolled_back_is_not_summed_later(sessions, people):
    with sessions() as session:
        workload.note(session, people.manager, "other", at=AT, outcome="done", minutes_stated=3)
        session.flush()
        session.rollback()
        workload.note(session, people.manager, "other", at=AT, outcome="done", minutes_stated=4)
        session.commit()

    assert stated(sessions, people.manager) == 4


def test_figures_know_what_their_own_transaction_noted(session, people):
    workload.note(session, people.manager, "other", at=AT, outcome="done", minutes_stated=3)

    assert workload.total(session, people.manager, NOVEMBER)["minutes_stated"] == 3


def test_writers_at_once_leave_sums_that_agree(sessions, people):
    """Four writers about one request, a practice's first: none waits for ever, none is lost."""
    barrier, faults = Barrier(4), []

    def write(number):
        barrier.wait()
        try:
            for turn in range(6):
                with sessions.begin() as session:
                    workload.note(
                        session, people.receptionist, "triaged",
                        at=AT + timedelta(minutes=number * 6 + turn), outcome="REDIRECT",
                        request_id="1" * 32, seconds=60,
                    )  # fmt: skip
                call(sessions, people.manager, minutes=1)
        except Exception as fault:  # noqa: BLE001  (a thread's faults are the test's)
            faults.append(fault)

    threads = [Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert stated(sessions, people.manager) == 24
    with sessions() as session:
        found = workload.total(session, people.manager, NOVEMBER, Filter(role="receptionist"))
        assert (found["decided"], found["minutes_measured"]) == (1, 24)


def request(session, actor, **values):
    made = Request(
        practice_id=actor.practice_id, reference="RQ-1", once="x", revision=1, channel="desk",
        received_at=moment("2026-11-02T09:00"), received_on=date(2026, 11, 2), state="received",
        type_key="gym", inputs={}, is_disputed=False, requester_class="employer", is_urgent=False,
        requester=organisation(session, actor, "Example Works"), changed_at=AT,
        **{"is_restricted": False, **values},
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_what_turns_out_restricted_leaves_the_organisation_out_of_every_figure(sessions, people):
    with sessions.begin() as session:
        one = request(session, people.receptionist)
        asked, organisation_id = one.id, one.requester_id
        about = {"at": AT, "outcome": "received", "request_id": asked}
        workload.note(session, people.receptionist, "received", **about)
    with sessions() as session:
        assert [line.key for line in league_of_all(session, people)] == [organisation_id]

    with sessions.begin() as session:
        session.get_one(Request, asked).is_restricted = True
        decided = {**about, "outcome": "LEGAL_DUTY", "at": AT + timedelta(minutes=1)}
        workload.note(session, people.receptionist, "triaged", **decided)

    with sessions() as session:
        of_it = Filter(requester=organisation_id)
        assert [line.key for line in league_of_all(session, people)] == [""]
        assert workload.total(session, people.manager, NOVEMBER, of_it)["requests"] == 0
        assert not workload.rows_of(session, people.manager, None, NOVEMBER, of_it).rows
        assert len(workload.rows_of(session, people.manager, None, NOVEMBER).rows) == 2
        assert workload.verify(session, people.manager.practice_id) == []


def test_rows_from_before_an_organisation_was_known_are_its_own(sessions, people):
    first, second, other = "4" * 32, "5" * 32, "6" * 32
    names = [None, first, None, second, None]
    with sessions.begin() as session:
        for minute, name in enumerate(names):
            workload.note(
                session, people.manager, "other", at=AT + timedelta(minutes=minute),
                outcome="done", request_id="1" * 32, requester_id=name, minutes_stated=minute + 1,
            )  # fmt: skip
        workload.note(
            session, people.manager, "other", at=AT, outcome="done", request_id="2" * 32,
            requester_id=other, minutes_stated=50,
        )  # fmt: skip

    with sessions() as session:
        for limit in (1, 2, 50):
            assert minutes_of(session, people, second, limit) == [5, 4, 3, 2, 1]
        assert minutes_of(session, people, first, 2) == []
        assert minutes_of(session, people, other, 2) == [50]
        session.execute(delete(WorkLedger))
        assert minutes_of(session, people, second, 50) == [5, 4, 3, 2, 1]


def minutes_of(session, people, requester, limit):
    """The minutes of an organisation's rows, page after page, most first."""
    found, after = [], ""
    while after is not None:
        page = workload.rows_of(
            session, people.manager, "minutes_stated", NOVEMBER, Filter(requester=requester),
            limit=limit, after=after or None,
        )  # fmt: skip
        found, after = [*found, *page.rows], page.after
    order = [(row.work.day, row.work.id) for row in found]
    assert order == sorted(order, reverse=True)
    return sorted((row.amounts["stated_administrator"] for row in found), reverse=True)


def league_of_all(session, people):
    return workload.league(session, people.manager, NOVEMBER, least=1)


def test_a_correction_that_says_restricted_holds_for_the_whole_request(sessions, people):
    about = {"at": AT, "outcome": "received", "request_id": "1" * 32}
    with sessions.begin() as session:
        named = organisation(session, people.receptionist, "Example Works").id
        workload.note(session, people.receptionist, "received", requester_id=named, **about)
        said = {**about, "kind": "triaged", "outcome": "DECLINE", "requester_id": named}
        wrong = workload.note(session, people.receptionist, **said).id

    with sessions.begin() as session:
        workload.correct(session, people.manager, wrong, {"step": "restricted"}, at=AT)

    with sessions() as session:
        assert [line.key for line in league_of_all(session, people)] == [""]
        assert workload.verify(session, people.manager.practice_id) == []


def test_days_waited_stay_when_later_work_falls_into_the_same_group(sessions, people):
    about = {"family": workload.REQUESTS, "received_on": date(2026, 11, 2)}

    def hand_over(request_id):
        with sessions.begin() as session:
            workload.note(session, people.receptionist, "released", at=AT, outcome="released",
                          request_id=request_id, **about)  # fmt: skip

    def add_minutes():
        with sessions.begin() as session:
            workload.note(session, people.receptionist, "other", at=AT, outcome="released",
                          request_id="3" * 32, minutes_stated=4, **about)  # fmt: skip

    def kept(where):
        with sessions() as session:
            assert workload.verify(session, people.manager.practice_id) == []
            found = workload.total(session, people.manager, NOVEMBER, where)
            return found["released"], found["turnaround_median"], found["minutes_stated"]

    hand_over("1" * 32)
    waited = kept(workload.ALL)[1]
    add_minutes()
    hand_over("2" * 32)
    add_minutes()

    both = Filter(family=workload.REQUESTS, role="receptionist")
    assert waited == 14
    assert kept(workload.ALL) == kept(both) == (2, waited, 8)
