"""Invoices are numbered without gaps, however many write at once and however many of them fail."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lettergen import models
from lettergen.models import Invoice, InvoiceSeries
from lettergen.refusals import Refused
from lettergen.requests.money import invoices, payments, setting_fees
from lettergen.requests.money.payments import GivenBack
from lettergen.requests.steps import giving_back, paying

WRITERS = 16
AFTER, BEFORE = "after the number was taken", "before the commit"


class Forced(Exception):
    """A failure that a test brings about."""


@dataclass(frozen=True)
class Job:
    """One invoice to make, and where to fail, if at all."""

    request_id: str
    fails: str = ""


def fail_if(is_time):
    if is_time:
        raise Forced


def work(sessions, actor, job, at):
    """Make an invoice as the web does, or fail; the lock may take a while to come."""
    for _ in range(20):
        try:
            with sessions() as session, models.changing(session):
                made = paying.invoice(session, actor, job.request_id, at=at)
                fail_if(job.fails == AFTER)
                session.flush()
                fail_if(job.fails == BEFORE)
                return made.number
        except Forced:
            return None
        except models.StorageUnavailable:
            continue
    raise AssertionError("the series was locked all the time")


def numbers(sessions):
    with sessions() as session:
        return list(session.scalars(select(Invoice.number).order_by(Invoice.number)))


def test_sixteen_writers_with_forced_failures_leave_no_gap(till, sessions):
    jobs = [
        Job(till.accepted("patient"), AFTER if n % 4 == 1 else BEFORE if n % 4 == 3 else "")
        for n in range(WRITERS)
    ]
    till.session.commit()

    with ThreadPoolExecutor(WRITERS) as writers:
        made = list(writers.map(lambda one: work(sessions, till.desk, one, till.now), jobs))

    whole = [one for one in made if one is not None]
    assert len(whole) == WRITERS // 2
    assert sorted(whole) == numbers(sessions) == list(range(1, WRITERS // 2 + 1))
    again = [work(sessions, till.desk, Job(one.request_id), till.now) for one in jobs]
    assert sorted(again) == numbers(sessions) == list(range(1, WRITERS + 1))
    with sessions() as session:
        assert session.scalars(select(InvoiceSeries.last)).all() == [WRITERS]
        assert models.verify_chain(session, till.desk.practice_id) is None


def test_a_button_pressed_by_many_at_once_makes_one_invoice(till, sessions):
    job = Job(till.accepted("patient"))
    till.session.commit()

    with ThreadPoolExecutor(4) as writers:
        made = list(writers.map(lambda _: work(sessions, till.desk, job, till.now), range(4)))

    assert made == [1, 1, 1, 1]
    assert numbers(sessions) == [1]


def test_credit_notes_share_the_series_and_two_practices_do_not(till, sessions):
    first, second = till.accepted("patient"), till.accepted("patient")
    one = paying.invoice(till.session, till.desk, first, at=till.now)
    back = GivenBack(payments.NOT_STARTED, "cash", "once")

    note, refund = giving_back.give_back(till.session, till.desk, one.id, back, at=till.now)
    two = paying.invoice(till.session, till.desk, second, at=till.now + timedelta(minutes=1))

    assert [one.number, note.number, two.number] == [1, 2, 3]
    assert refund is None
    assert invoices.of(till.session, till.session.get(models.Request, first)) == [one, note]


def test_what_was_asked_for_is_never_changed(till):
    request_id = till.accepted("patient")
    taken = payments.Taken(40_00, "cash", till.now.date(), "once")
    paying.record(till.session, till.desk, request_id, taken, at=till.now)
    fee = setting_fees.NewFee("seat_belt", "patient", 1, "SR", till.now.date(), "correction", "x")
    setting_fees.set_fee(till.session, till.manager, till.terms, fee, at=till.now)

    for table in ("invoices", "payments", "fees"):
        for change in ("UPDATE {} SET practice_id = practice_id", "DELETE FROM {}"):
            with pytest.raises(DBAPIError, match="may not be changed"), till.session.begin_nested():
                till.session.execute(text(change.format(table)))


def test_an_invoice_needs_to_say_who_the_practice_is(till):
    request_id = till.accepted("patient")
    till.settle_who_we_are(legal_name="")

    with pytest.raises(Refused, match="Money settings"):
        paying.invoice(till.session, till.desk, request_id, at=till.now)
