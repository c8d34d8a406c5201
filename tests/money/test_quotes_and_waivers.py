"""A price is offered, accepted, refused, lapses or is waived; free work has none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lettergen import accounts
from lettergen.accounts import Person
from lettergen.models import Invoice, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue import settings as request_settings
from lettergen.requests.money import offering, setting_fees, standing, waivers
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payers import NoFee
from lettergen.requests.money.payments import Taken
from lettergen.requests.money.setting_fees import NewFee
from lettergen.requests.steps import giving_back, paying

OFFER = Offer(Payer("Rowan Testerby"))


def store(till, row):
    with till.session.begin_nested():
        till.session.add(row)
        till.session.flush()


def state_of(till, request_id):
    return till.session.get(Request, request_id).state


def test_a_price_stands_from_its_acceptance_whatever_the_fee_does(till):
    request_id = till.accepted("patient")
    dearer = NewFee("seat_belt", "patient", 99_00, "SR", till.now.date(), "cost_rise", "Belt")

    setting_fees.set_fee(till.session, till.manager, till.terms, dearer, at=till.now)

    invoice = paying.invoice(till.session, till.desk, request_id, at=till.now)
    assert invoice.total_pence == 40_00
    assert state_of(till, request_id) == "accepted"


@pytest.mark.parametrize("kind", ["free", "state"])
def test_nobody_is_quoted_for_free_or_state_paid_work(till, kind):
    request_id = till.asked(kind)

    with pytest.raises(NoFee):
        paying.offer(till.session, till.desk, till.terms, request_id, OFFER, at=till.now)
    how = {"reason": "goodwill", "note": "", "at": till.now}
    with pytest.raises(NoFee):
        giving_back.ask_waiver(till.session, till.desk, till.terms, request_id, **how)


@pytest.mark.parametrize("kind", ["free", "state"])
def test_the_database_itself_holds_no_patients_price_for_it(till, kind):
    request = till.session.get(Request, till.asked(kind))
    price = {"net_pence": 1, "vat_pence": 0, "total_pence": 1, "vat_class": "OS"}
    common = {"practice_id": request.practice_id, "request_id": request.id, **price}
    day = {"payer_class": "patient"}
    quote = Quote(
        **common,
        **day,
        basis={},
        state="offered",
        offered_at=till.now,
        lapses_on=till.now.date(),
        payer={},
    )
    invoice = Invoice(
        **common,
        **day,
        number=1,
        kind="invoice",
        issued_at=till.now,
        issued_on=till.now.date(),
        due_on=till.now.date(),
        seller={},
        content={},
    )
    for row in (quote, invoice):
        with pytest.raises(DBAPIError, match="nobody may be asked"):
            store(till, row)


def test_the_database_freezes_what_was_offered_and_keeps_one_payer(till):
    request_id = till.accepted("patient")
    till.session.flush()
    for change in ("total_pence = 1", "payer_class = 'state'"):
        with pytest.raises(DBAPIError, match="may not be changed"), till.session.begin_nested():
            till.session.execute(text(f"UPDATE quotes SET {change}"))

    request = till.session.get(Request, request_id)
    with pytest.raises(Refused, match="one payer"):
        offering.offer(till.session, till.desk, till.terms, request, OFFER, at=till.now)


def test_quotes_lapse_after_30_days_once_and_their_requests_come_back(till):
    request_id, kept = till.quoted("patient"), till.accepted("patient")
    on_the_day = till.now + timedelta(days=30)

    assert paying.lapse_due(till.session, till.desk, at=on_the_day) == []
    [lapsed] = paying.lapse_due(till.session, till.desk, at=on_the_day + timedelta(days=1))

    assert lapsed.request_id == request_id
    assert paying.lapse_due(till.session, till.desk, at=on_the_day + timedelta(days=2)) == []
    assert state_of(till, request_id) == "triaged"
    assert state_of(till, kept) == "accepted"
    assert paying.offer(till.session, till.desk, till.terms, request_id, OFFER, at=on_the_day)


def test_a_lapsed_quote_cannot_be_accepted_in_the_small_hours_of_english_time(till):
    request_id = till.quoted("patient")
    # Quoted on 20 November: open through 20 December, which ends at midnight in England.
    last_minute = datetime(2026, 12, 20, 23, 59, tzinfo=UTC)

    late = last_minute + timedelta(minutes=2)
    with pytest.raises(Refused, match="lapsed"):
        paying.accept(till.session, till.desk, request_id, how="phone", at=late)

    done = paying.accept(till.session, till.desk, request_id, how="phone", at=last_minute)
    assert done.state == "accepted"


def test_a_refusal_declines_the_request_and_a_withdrawal_lets_another_price_be_offered(till):
    refused, withdrawn = till.quoted("patient"), till.quoted("patient")

    paying.refuse(till.session, till.desk, refused, how="phone", because="too much", at=till.now)
    paying.withdraw(till.session, till.desk, withdrawn, at=till.now)

    assert state_of(till, refused) == "declined"
    assert state_of(till, withdrawn) == "triaged"
    assert paying.offer(till.session, till.desk, till.terms, withdrawn, OFFER, at=till.now)


NOT_OFFERED = [
    (Offer(Payer(" ")), "payer's name"),
    (Offer(Payer("R"), promised_on=date(2026, 11, 19)), "is past"),
    (Offer(Payer("R"), says="x" * 2_001), "at most"),
]


def test_an_offer_that_cannot_be_is_refused(till):
    request_id = till.asked("patient")

    for offer, why in NOT_OFFERED:
        with pytest.raises(Refused, match=why):
            paying.offer(till.session, till.desk, till.terms, request_id, offer, at=till.now)


def ask(till, who, request_id):
    how = {"reason": "student", "note": "Full-time student", "at": till.now}
    return giving_back.ask_waiver(till.session, who, till.terms, request_id, **how)


def test_a_waiver_counts_at_full_price_and_takes_an_unpaid_invoice_back(till):
    request_id = till.accepted("patient")
    invoice = paying.invoice(till.session, till.desk, request_id, at=till.now)
    waiver = ask(till, till.desk, request_id)

    giving_back.approve_waiver(till.session, till.manager, till.terms, waiver.id, at=till.now)

    request = till.session.get(Request, request_id)
    facts = standing.of(till.session, request, at=till.now)
    assert (request.state, facts.is_waived, facts.due) == ("waived", True, 0)
    assert not facts.needs_payment
    assert invoice.number == 1
    month = waivers.total_of_month(till.session, request.practice_id, till.now.date())
    assert month == 40_00


def test_the_months_cap_holds_and_a_new_month_begins_anew(till):
    own = replace(till.terms, settings=request_settings.RequestSettings(waiver_cap_pence=60_00))
    first, second = (ask(till, till.desk, till.asked("patient")) for _ in range(2))
    giving_back.approve_waiver(till.session, till.manager, own, first.id, at=till.now)

    with pytest.raises(Refused, match="the most"):
        giving_back.approve_waiver(till.session, till.manager, own, second.id, at=till.now)

    december = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    giving_back.approve_waiver(till.session, till.manager, own, second.id, at=december)
    assert second.state == "approved"


def test_a_manager_decides_alone_only_where_there_is_no_other(till):
    own = ask(till, till.manager, till.asked("patient"))
    assert waivers.may_decide(till.session, till.manager, own)
    assert not waivers.may_decide(till.session, till.desk, own)
    other = Person("Max Manager", "max@example.com", frozenset({"manager"}))

    accounts.add_staff(till.session, till.manager, other, till.people.password, at=till.now)

    with pytest.raises(Refused, match="another manager"):
        giving_back.approve_waiver(till.session, till.manager, till.terms, own.id, at=till.now)


def test_a_paid_fee_is_not_waived_before_the_money_is_given_back(till):
    request_id = till.accepted("patient")
    taken = Taken(40_00, "card", till.now.date(), "once")
    waiver = ask(till, till.desk, request_id)
    paying.record(till.session, till.desk, request_id, taken, at=till.now)

    with pytest.raises(Refused, match="Give the money back first"):
        giving_back.approve_waiver(till.session, till.manager, till.terms, waiver.id, at=till.now)
