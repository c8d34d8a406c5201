"""What was promised by a day, reckoned from other minutes, or agreed before VAT changed."""

from datetime import date, timedelta

import pytest

from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import events
from lettergen.requests.money import pence, quotes, settings
from lettergen.requests.money.offering import Minutes, Offer, Payer
from lettergen.requests.money.payments import GivenBack, Taken
from lettergen.requests.steps import charged, giving_back, paying
from lettergen.requests.steps.paying import UNKEPT


def noted(till, request_id):
    return [one.what for one in events.of(till.session, till.desk, request_id)].count(UNKEPT)


def unkept(till, on):
    found = quotes.unkept(till.session, till.desk.practice_id, on)
    return [request.id for request, _ in found]


def test_a_promised_day_that_passes_is_noted_once_until_another_is_agreed(till):
    by = till.now.date() + timedelta(days=3)
    late, refused = (till.accepted("patient", promised_on=by) for _ in range(2))
    paying.record(
        till.session, till.desk, refused, Taken(40_00, "card", till.now.date(), "p"), at=till.now
    )
    after = till.now + timedelta(days=4)
    assert unkept(till, by) == []

    for _ in range(2):
        paying.note_unkept(till.session, till.desk, at=after)
    paying.promise(till.session, till.desk, late, by + timedelta(days=9), at=after)
    [invoice] = charged.invoices_of(till.session, till.session.get(Request, refused))
    back = GivenBack("late", "card", "back")
    giving_back.give_back(till.session, till.desk, invoice.id, back, at=after)

    assert (noted(till, late), noted(till, refused)) == (1, 1)
    assert unkept(till, after.date()) == []
    assert unkept(till, by + timedelta(days=10)) == [late]


@pytest.mark.parametrize(("days", "why"), [(-1, "is past"), (400, "a year away")])
def test_a_new_day_has_to_be_one_that_can_be_kept(till, days, why):
    request_id = till.accepted("patient", promised_on=till.now.date())

    with pytest.raises(Refused, match=why):
        paying.promise(
            till.session,
            till.desk,
            request_id,
            till.now.date() + timedelta(days=days),
            at=till.now,
        )


def test_other_minutes_are_reckoned_by_the_days_rates_and_kept_with_their_reason(till):
    minutes = Minutes(20, 10, "Two hospitals to read.")
    request_id = till.quoted("patient", minutes=minutes)

    quote = quotes.live(till.session, till.session.get(Request, request_id))

    # 20 × £4.50 + 10 × £0.45 + £3.00 = £97.50, and up to the next £5.
    assert (quote.basis["sum"], quote.total_pence) == (97_50, 100_00)
    assert quote.basis["other_minutes"] == "Two hospitals to read."


NOT_RECKONED = [
    (Minutes(10, 5, " "), "why it takes"),
    (Minutes(10, 5, "x" * 201), "why it takes"),
    (Minutes(-1, 5, "Why"), "from 0 to 600"),
    (Minutes(601, 5, "Why"), "from 0 to 600"),
    (Minutes(0, 0, "Why"), "how many minutes"),
]


def test_minutes_that_cannot_be_are_refused(till):
    request_id = till.asked("patient")

    for minutes, why in NOT_RECKONED:
        offer = Offer(Payer("Rowan Testerby"), minutes=minutes)
        with pytest.raises(Refused, match=why):
            paying.offer(till.session, till.desk, till.terms, request_id, offer, at=till.now)


def register(till, on, number):
    entry = {"from": on.isoformat(), "number": number}
    settings.follow(till.session, till.manager, "vat", entry, on=on, at=till.now)


def test_an_agreed_total_stands_and_its_vat_is_that_of_the_invoices_day(till):
    before = till.accepted("patient")
    register(till, till.now.date(), "999999973")
    after = till.accepted("patient")
    tomorrow = till.now + timedelta(days=1)
    first = paying.invoice(till.session, till.desk, before, at=till.now)
    register(till, tomorrow.date(), "")

    second = paying.invoice(till.session, till.desk, after, at=tomorrow)

    # Agreed as £40.00 without VAT, invoiced by a registered practice; and the other way round.
    assert (first.net_pence, first.vat_pence, first.total_pence) == (33_33, 6_67, 40_00)
    assert (second.net_pence, second.vat_pence, second.total_pence) == (48_00, 0, 48_00)


def test_vat_within_an_amount_is_what_was_added_to_it():
    for net in range(1, 2_000):
        total = net + pence.tax_on(net, 20)
        assert abs(total - pence.tax_within(total, 20) - net) <= 1
    assert pence.tax_within(48_00, 20) == 8_00
    assert pence.tax_within(48_00, 0) == 0


WRONG = [
    ("threshold", {"pence": 0, "warn_percent": 80}, "above £0"),
    ("threshold", {"pence": 90_000_00, "warn_percent": 0}, "1 to 100"),
    ("rates", {"gp_minute": -1, "admin_minute": 0, "fixed": 0}, "not less than"),
    ("vat", {"number": "١٢٣٤٥٦٧٨٩"}, "9 digits"),
]


@pytest.mark.parametrize(("name", "entry", "why"), WRONG)
def test_settings_that_would_break_the_books_are_refused(till, name, entry, why):
    on = date(2026, 11, 20)

    with pytest.raises(settings.BadMoneySettings) as refused:
        settings.follow(
            till.session, till.manager, name, {"from": on.isoformat(), **entry}, on=on, at=till.now
        )

    assert why in " ".join(refused.value.reasons)
