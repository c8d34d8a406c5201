"""A ledger small enough to be worked out by hand, and how to note into it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Requester


def moment(text: str) -> datetime:
    """A moment given as it is in UTC, such as 2026-11-02T09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def organisation(session: Session, actor, name: str, kind: str = "employer", **values):
    made = Requester(
        practice_id=actor.practice_id,
        name=name,
        kind=kind,
        is_on_account=False,
        created_at=moment("2026-01-01T09:00"),
        **values,
    )
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def small_ledger(sessions, people):
    """November 2026, as the tests work it out by hand; returns the ids of two organisations.

    Four requests: A was declined and stays away, B was redirected and came back after 20 days, C
    was written, paid and handed over late, D is a copy of records that was late. Besides, a letter
    of the ADHD family, a telephone call, and a row that was corrected from 90 to 9 minutes.
    """
    desk, gp, manager = people.receptionist, people.clinician, people.manager
    with sessions.begin() as session:
        gym = organisation(session, desk, "Example Gym", "leisure_travel").id
        works = organisation(session, desk, "Example Works").id

        def note(who, kind, at, **values):
            known = {"outcome": values.pop("outcome", kind), "family": "third-party"}
            return workload.note(session, who, kind, at=moment(at), **known, **values)

        a = {"request_id": "a" * 32, "slug": "gym", "requester_class": "leisure_travel",
             "requester_id": gym}  # fmt: skip
        note(desk, "received", "2026-11-02T09:00", **a, received_on=date(2026, 11, 2))
        note(desk, "triaged", "2026-11-02T09:01", **a, outcome="DECLINE", rule="R11",
             seconds=30, minutes_expected=10)  # fmt: skip
        note(desk, "disputed", "2026-11-02T09:02", **a)
        note(desk, "replied", "2026-11-02T09:05", **a, minutes_stated=2)

        b = {"request_id": "b" * 32, "slug": "sick_note", "requester_class": "employer",
             "requester_id": works}  # fmt: skip
        note(desk, "received", "2026-11-03T09:00", **b, received_on=date(2026, 11, 3))
        note(desk, "triaged", "2026-11-03T09:02", **b, outcome="REDIRECT", rule="R10",
             seconds=90, minutes_expected=4)  # fmt: skip
        note(desk, "reopened", "2026-11-23T09:00", **b)
        note(desk, "triaged", "2026-11-23T09:01", **b, outcome="ORG_FEE", rule="R27", seconds=60)

        c = {"request_id": "c" * 32, "slug": "sick_note", "requester_class": "employer",
             "requester_id": works, "payer": "organisation"}  # fmt: skip
        note(desk, "received", "2026-11-04T09:00", **c, received_on=date(2026, 11, 4))
        note(desk, "triaged", "2026-11-04T09:01", **c, outcome="ORG_FEE", rule="R24")
        note(manager, "invoiced", "2026-11-05T09:00", **c, fee_pence=12_000)
        note(manager, "paid", "2026-11-06T09:00", **c, fee_pence=5_000)
        note(gp, "written", "2026-11-10T09:00", **c, seconds=1_200)
        note(desk, "released", "2026-11-12T09:00", **c, received_on=date(2026, 11, 4),
             due_on=date(2026, 11, 11))  # fmt: skip

        d = {"request_id": "d" * 32, "slug": "subject_access", "requester_class": "patient"}
        note(desk, "received", "2026-10-01T09:00", **d, received_on=date(2026, 10, 1))
        note(desk, "triaged", "2026-10-01T09:01", **d, outcome="ACCESS", rule="R15")
        note(manager, "waived", "2026-11-07T09:00", **d, fee_pence=2_500)
        note(desk, "released", "2026-11-09T09:00", **d, outcome="ACCESS",
             received_on=date(2026, 10, 1), due_on=date(2026, 11, 2))  # fmt: skip

        workload.note(session, gp, "letter", at=moment("2026-11-20T10:00"), outcome="issued",
                      family="adhd", slug="adhd-referral", pages=2, seconds=600,
                      minutes_expected=15)  # fmt: skip
        wrong = workload.add_by_hand(session, gp, "called", minutes=90, on=date(2026, 11, 19),
                                     at=moment("2026-11-20T11:00"))  # fmt: skip
        wrong_id = wrong.id
    with sessions.begin() as session:
        workload.correct(
            session, gp, wrong_id, {"minutes_stated": 9}, at=moment("2026-11-20T12:00")
        )
    return gym, works
