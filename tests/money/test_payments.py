"""Payments are recorded, given back by the rules, and counted; nothing keeps a card's number."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lettergen.models import Request, Work
from lettergen.refusals import Refused
from lettergen.requests.life import directory
from lettergen.requests.money import (
    balances,
    export,
    settings,
    standing,
    turnover,
)
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payments import GivenBack, Taken
from lettergen.requests.steps import giving_back, paying


def pay(till, request_id, pence=40_00, **how):
    known = {"method": "card", "received_on": till.now.date(), "once": f"once-{request_id}"}
    return paying.record(
        till.session, till.desk, request_id, Taken(pence, **{**known, **how}), at=till.now
    )


def facts_of(till, request_id, at=None):
    request = till.session.get(Request, request_id)
    return standing.of(till.session, request, at=at or till.now)


def test_a_payment_settles_the_invoice_and_the_request_counts_as_paid(till):
    request_id = till.quoted("patient")

    done, again = pay(till, request_id), pay(till, request_id)

    assert done.payment.id == again.payment.id
    facts = facts_of(till, request_id)
    assert (facts.is_paid, facts.due, facts.needs_payment) == (True, 0, False)
    assert till.session.get(Request, request_id).state == "paid"
    rows = till.session.scalars(select(Work).where(Work.request_id == request_id))
    # The papers themselves are no work of their own: neither written, nor letters.
    noted = {one.kind: one.fee_pence for one in rows if one.fee_pence}
    assert noted == {"quoted": 40_00, "invoiced": 40_00, "paid": 40_00}


NOT_PAID = [
    ({"pence": 45_00}, "£5.00 more than the £40.00 due"),
    ({"pence": 30_00}, "tick"),
    ({"pence": 0}, "above £0.00"),
    ({"method": "bitcoin"}, "cash, card terminal"),
    ({"received_on": date(2026, 11, 21)}, "still to come"),
    ({"received_on": date(2020, 1, 1)}, "long past"),
    ({"note": "card 4929 0000 0000 6"}, "never kept"),
    ({"note": "4929-0000-0000-6"}, "never kept"),
    ({"note": "4929_0000_0000_0006"}, "never kept"),
    ({"note": "4929 · 0000 · 0000 · 0006"}, "never kept"),
    ({"note": "٤٩٢٩ ٠٠٠٠ ٠٠٠٠ ٠٠٠٦"}, "never kept"),
    ({"note": "x" * 301}, "at most 300"),
]


def test_a_payment_that_cannot_be_is_one_clear_refusal(till):
    request_id = till.accepted("patient")

    for how, why in NOT_PAID:
        with pytest.raises(Refused, match=why):
            pay(till, request_id, **how)


def test_a_part_leaves_the_rest_due_and_the_request_waiting(till):
    request_id = till.accepted("patient")

    pay(till, request_id, 15_00, is_part=True)

    facts = facts_of(till, request_id)
    assert (facts.paid, facts.due, facts.is_paid) == (15_00, 25_00, False)
    assert till.session.get(Request, request_id).state == "accepted"
    pay(till, request_id, 25_00, once="rest")
    assert till.session.get(Request, request_id).state == "paid"
    with pytest.raises(Refused, match="settled already"):
        pay(till, request_id, 1, once="more", is_part=True)


def give(till, invoice, reason="not_started", **more):
    back = GivenBack(**{"reason": reason, "method": "card", "once": "back", **more})
    return giving_back.give_back(till.session, till.desk, invoice.id, back, at=till.now)


def test_work_that_was_not_started_is_refunded_in_full_once(till):
    done = pay(till, till.accepted("patient"))

    note, refund = give(till, done.invoice)
    assert give(till, done.invoice) == (note, refund)

    assert (note.total_pence, refund.amount_pence) == (40_00, -40_00)
    balance = balances.of(till.session, done.invoice)
    assert (balance.due, balance.paid, balance.credited) == (0, 0, 40_00)


def test_whoever_withdraws_is_kept_the_work_only_if_they_were_told(till):
    told = pay(till, till.accepted("patient"))
    untold = pay(till, till.accepted("patient", told_of_work=False))

    note, refund = give(till, told.invoice, "withdrew", kept=15_00, work="Record read")

    assert (note.total_pence, refund.amount_pence) == (25_00, -25_00)
    with pytest.raises(Refused, match="did not say"):
        give(till, untold.invoice, "withdrew", kept=15_00, work="Record read", once="2")


NOT_GIVEN = [
    ({"reason": "content"}, "no reason"),
    ({"reason": "waived"}, "no reason"),
    ({"reason": "withdrew", "kept": 5_00, "work": "x" * 301}, "at most 300"),
    ({"reason": "our_fault", "kept": 5_00}, "whole amount"),
    ({"reason": "withdrew", "kept": 5_00}, "which work"),
    ({"reason": "withdrew", "kept": 40_00, "work": "w"}, "less than"),
    ({"reason": "late", "method": ""}, "how it was paid"),
]


def test_money_does_not_go_back_otherwise(till):
    done = pay(till, till.accepted("patient"))

    for back, why in NOT_GIVEN:
        with pytest.raises(Refused, match=why):
            give(till, done.invoice, **back)


def test_a_payment_recorded_by_mistake_is_taken_back_once_and_the_invoice_is_open(till):
    request_id = till.accepted("patient")
    done = pay(till, request_id)

    for _ in range(2):
        giving_back.reverse(till.session, till.desk, done.payment.id, at=till.now)

    facts = facts_of(till, request_id)
    assert (facts.due, facts.is_refunded) == (40_00, False)


def test_one_of_two_payments_is_taken_back_once_and_the_other_stays(till):
    request_id = till.accepted("patient")
    first = pay(till, request_id, 20_00, is_part=True)
    pay(till, request_id, 20_00, once="second")

    for _ in range(2):
        giving_back.reverse(till.session, till.desk, first.payment.id, at=till.now)

    assert facts_of(till, request_id).due == 20_00


def test_money_that_went_back_is_not_taken_out_of_the_books_again(till):
    done = pay(till, till.accepted("patient"))
    give(till, done.invoice)

    with pytest.raises(Refused, match="given back already"):
        giving_back.reverse(till.session, till.desk, done.payment.id, at=till.now)


def test_one_form_pays_one_request_alone(till):
    pay(till, till.accepted("patient"), once="same")
    other = till.accepted("patient")

    with pytest.raises(Refused, match="another request"):
        pay(till, other, once="same")
    with pytest.raises(Refused, match="no key"):
        pay(till, other, once="")


def on_account(till, request_id, at):
    request = till.session.get(Request, request_id)
    request.requester.is_on_account = True
    return paying.put_on_account(till.session, till.desk, request_id, at=at)


def test_an_organisation_with_an_account_pays_later_unless_it_owes_over_60_days(till):
    first, second = till.accepted("organisation"), till.accepted("organisation")
    with pytest.raises(Refused, match="has an account"):
        paying.put_on_account(till.session, till.desk, first, at=till.now)

    invoice = on_account(till, first, till.now)

    assert till.session.get(Request, first).state == "on_account"
    assert invoice.due_on == till.now.date() + timedelta(days=30)
    assert facts_of(till, second, till.now + timedelta(days=60)).is_account_sound
    with pytest.raises(Refused, match="61 days old"):
        on_account(till, second, till.now + timedelta(days=61))


def test_merged_entries_share_their_account_and_their_debts(till):
    first, second = till.accepted("organisation"), till.accepted("organisation")
    on_account(till, first, till.now)
    payer = till.session.get(Request, first).requester
    other = directory.find_or_make(till.session, till.desk, "Doubles LLP", "solicitor", at=till.now)
    till.session.get(Request, second).requester = other
    later = till.now + timedelta(days=61)

    apart = facts_of(till, second, later)
    other.merged_into_id = payer.id
    together = facts_of(till, second, later)

    assert (apart.is_on_account, apart.oldest_debt_days) == (False, 0)
    assert (together.is_on_account, together.oldest_debt_days) == (True, 61)


def test_a_patient_never_has_an_account(till):
    request_id = till.accepted("patient")

    with pytest.raises(Refused, match="Only an organisation"):
        paying.put_on_account(till.session, till.desk, request_id, at=till.now)


def test_a_public_body_gets_an_invoice_by_its_rate_and_one_alone(till):
    request_id, payer = till.asked("state"), Payer("DVLA Example")

    how = (till.session, till.desk, till.terms, request_id, payer)
    invoice = paying.invoice_body(*how, at=till.now)

    assert (invoice.total_pence, invoice.payer_class) == (62_50, "state")
    with pytest.raises(Refused, match="already"):
        paying.invoice_body(*how, at=till.now)


def test_vat_is_added_for_whoever_is_registered_and_goes_back_with_the_credit_note(till):
    today = till.now.date()
    number = {"from": today.isoformat(), "number": "GB 999 9999 73"}
    settings.follow(till.session, till.manager, "vat", number, on=today, at=till.now)
    done = pay(till, till.accepted("patient"), 48_00)

    note, _ = give(till, done.invoice, "withdrew", kept=12_00, work="Record read")

    assert (done.invoice.net_pence, done.invoice.vat_pence) == (40_00, 8_00)
    assert (note.net_pence, note.vat_pence, note.total_pence) == (30_00, 6_00, 36_00)


def test_the_taxable_total_runs_over_twelve_months_and_warns_at_80_percent(till):
    limit = {"from": till.now.date().isoformat(), "pence": 100_00, "warn_percent": 80}
    settings.follow(till.session, till.manager, "threshold", limit, on=till.now.date(), at=till.now)
    pay(till, till.accepted("patient"))
    assert not turnover.rolling(till.session, till.manager, till.now.date()).is_near

    done = pay(till, till.accepted("patient"))

    found = turnover.rolling(till.session, till.manager, till.now.date())
    assert (found.taxable, found.percent, found.is_near, found.is_over) == (80_00, 80, True, False)
    give(till, done.invoice)
    assert turnover.rolling(till.session, till.manager, till.now.date()).taxable == 40_00
    year_later = date(2027, 11, 20)
    assert turnover.rolling(till.session, till.manager, year_later).taxable == 0


def test_the_accountants_file_agrees_with_the_books_and_holds_no_formula(till):
    request_id = till.asked("patient")
    offer = Offer(Payer("=HYPERLINK(1)"))
    paying.offer(till.session, till.desk, till.terms, request_id, offer, at=till.now)
    give(till, pay(till, request_id).invoice)

    said = export.accountants(till.session, till.manager, till.now.date(), till.now.date())

    rows = [line.split(",") for line in said.removeprefix(export.MARK).splitlines()[1:]]
    assert [row[1] for row in rows] == ["invoice", "payment", "refund", "credit note"]
    assert [row[10] for row in rows] == ["40.00", "", "", "-40.00"]
    assert [row[11] for row in rows] == ["", "40.00", "-40.00", ""]
    assert {row[6] for row in rows} == {"'=HYPERLINK(1)"}
    assert "seat" not in said


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "＝1"])
def test_no_cell_begins_as_a_formula(text):
    assert export.safe(text) == f"'{text}"
    assert export.safe("Example Ltd") == "Example Ltd"


def test_another_practice_finds_none_of_it(till):
    done = pay(till, till.accepted("patient"))
    stranger = till.people.stranger

    give_to = GivenBack("late", "card", "x")
    with pytest.raises(Refused, match="no such invoice"):
        giving_back.give_back(till.session, stranger, done.invoice.id, give_to, at=till.now)
    assert balances.unpaid(till.session, stranger.practice_id, till.now.date()) == []
