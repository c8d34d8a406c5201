"""A request is decided anew after its price was offered, accepted, invoiced, paid or waived."""

import pytest

from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import deciding, moves
from lettergen.requests.money import invoices, payers, quotes, standing, waivers
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payments import GivenBack, Taken
from lettergen.requests.steps import giving_back, paying, redeciding
from tests.money.conftest import KINDS


def anew(till, request_id, kind, **answers):
    given = {**KINDS[kind], **answers}
    who = (till.session, till.desk, till.terms, request_id, given)
    with following(till, request_id):
        return deciding.decide(*who, seconds=None, revision=None, at=till.now)


def following(till, request_id):
    return redeciding.price_follows(till.session, till.desk, request_id, revision=None, at=till.now)


def row(till, request_id):
    return till.session.get(Request, request_id)


def facts(till, request_id):
    return standing.of(till.session, row(till, request_id), at=till.now)


def pay(till, request_id, pence=40_00, **how):
    taken = Taken(pence, "card", till.now.date(), f"pay-{request_id}", **how)
    return paying.record(till.session, till.desk, request_id, taken, at=till.now)


def escalate(till, request_id):
    deciding.dispute(till.session, till.desk, request_id, "Wrong kind.", at=till.now)


@pytest.mark.parametrize("kind", ["free", "state", "organisation"])
def test_a_price_that_was_offered_ends_when_the_patient_does_not_pay_any_more(till, kind):
    request_id = till.quoted("patient")

    anew(till, request_id, kind)

    assert quotes.live(till.session, row(till, request_id)) is None
    assert facts(till, request_id).quote == "withdrawn"
    with pytest.raises(Refused):
        paying.accept(till.session, till.desk, request_id, how="phone", at=till.now)


def test_an_accepted_price_ends_and_its_unpaid_invoice_is_taken_back(till):
    request_id = till.accepted("patient")
    invoice = paying.invoice(till.session, till.desk, request_id, at=till.now)

    anew(till, request_id, "free")

    assert [one.kind for one in invoices.of(till.session, row(till, request_id))] == [
        "invoice",
        "credit",
    ]
    assert facts(till, request_id).due == 0
    with pytest.raises(Refused):
        pay(till, request_id)
    assert invoice.number == 1


def test_what_was_paid_for_other_work_does_not_pay_for_this_and_goes_back(till):
    request_id = till.accepted("patient")
    first = pay(till, request_id)
    escalate(till, request_id)

    anew(till, request_id, "patient", type="taxi_medical")

    known = facts(till, request_id)
    assert (known.is_paid, known.to_give_back, known.needs_payment) == (False, 40_00, True)
    offer = Offer(Payer("Rowan Testerby"))
    paying.offer(till.session, till.desk, till.terms, request_id, offer, at=till.now)
    paying.accept(till.session, till.desk, request_id, how="desk", at=till.now)
    back = GivenBack("our_fault", "card", "back")
    giving_back.give_back(till.session, till.desk, first.invoice.id, back, at=till.now)
    assert row(till, request_id).state == "accepted"
    assert facts(till, request_id).to_give_back == 0


def test_a_waiver_is_for_the_work_that_it_was_approved_for(till):
    request_id = till.asked("patient")
    why = {"reason": "student", "note": "", "at": till.now}
    who = (till.session, till.desk, till.terms, request_id)
    waiver = giving_back.ask_waiver(*who, **why)
    giving_back.approve_waiver(till.session, till.manager, till.terms, waiver.id, at=till.now)
    escalate(till, request_id)

    anew(till, request_id, "patient", type="taxi_medical")

    assert not facts(till, request_id).is_waived
    assert waivers.total_of_month(till.session, waiver.practice_id, till.now.date()) == 0


@pytest.mark.parametrize("is_paid", [False, True])
def test_the_same_decision_taken_again_leaves_the_price_where_it_was(till, is_paid):
    request_id = till.accepted("patient")
    if is_paid:
        pay(till, request_id)
        escalate(till, request_id)

    anew(till, request_id, "patient")

    assert row(till, request_id).state == ("paid" if is_paid else "accepted")
    assert facts(till, request_id).quote == "accepted"


def test_a_hand_that_settles_otherwise_ends_the_price_too(till):
    request_id = till.quoted("patient")
    escalate(till, request_id)

    who = (till.session, till.manager, till.terms, request_id)
    with following(till, request_id):
        deciding.settle(*who, "DECLINE", "We do not do this.", revision=None, at=till.now)

    assert row(till, request_id).state == "declined"
    assert quotes.live(till.session, row(till, request_id)) is None


def test_a_price_of_another_kind_of_payer_is_never_invoiced(till):
    # Decided below the step that ends prices: the invoice itself refuses.
    request_id = till.accepted("patient")
    who = (till.session, till.desk, till.terms, request_id, KINDS["organisation"])
    deciding.decide(*who, seconds=None, revision=None, at=till.now)

    with pytest.raises(Refused, match="another kind of payer"):
        paying.invoice(till.session, till.desk, request_id, at=till.now)


def test_nobody_pays_for_a_request_that_ended_without_a_letter(till):
    request_id = till.quoted("patient")
    moves.move(
        till.session, till.desk, row(till, request_id), "cancelled", at=till.now, because="Moved."
    )

    with pytest.raises(Refused, match="without a letter"):
        paying.accept(till.session, till.desk, request_id, how="phone", at=till.now)
    with pytest.raises(Refused, match="without a letter"):
        pay(till, request_id)


def test_an_accepted_price_that_is_withdrawn_or_cancelled_lets_another_be_offered(till):
    first, second = till.accepted("patient"), till.accepted("patient")
    invoice = paying.invoice(till.session, till.desk, second, at=till.now)

    paying.withdraw(till.session, till.desk, first, at=till.now)
    back = GivenBack("our_fault", "card", "back")
    giving_back.give_back(till.session, till.desk, invoice.id, back, at=till.now)

    for request_id in (first, second):
        offer = Offer(Payer("Rowan Testerby"))
        paying.offer(till.session, till.desk, till.terms, request_id, offer, at=till.now)
        paying.accept(till.session, till.desk, request_id, how="desk", at=till.now)
        assert pay(till, request_id).invoice.total_pence == 40_00


@pytest.mark.parametrize("name", ["Rowan Testerby", "MX ROWAN  testerby", "Testerby, Rowan"])
def test_a_patient_is_not_named_as_payer_of_what_somebody_else_pays_for(till, name):
    body, organisation = till.asked("state"), till.asked("organisation")

    with pytest.raises(payers.NoFee, match="patient does not pay"):
        paying.invoice_body(till.session, till.desk, till.terms, body, Payer(name), at=till.now)
    offer = Offer(Payer(name))
    with pytest.raises(payers.NoFee, match="patient does not pay"):
        paying.offer(till.session, till.desk, till.terms, organisation, offer, at=till.now)
