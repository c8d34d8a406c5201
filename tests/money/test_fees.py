"""What work costs: by day, by payer, and never anything for what is free."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen.models import NotAllowed
from lettergen.places import here
from lettergen.refusals import Refused
from lettergen.requests.catalogue import loading
from lettergen.requests.money import fees, payers, pence, setting_fees, settings, tariff
from lettergen.requests.money.payers import NoFee
from lettergen.requests.money.setting_fees import NewFee

CATALOGUE = loading.load(here())
TYPES = list(CATALOGUE.types.values())
FREE = {"NHS_FREE", "ACCESS", "LEGAL_DUTY", "ESCALATE", ""}


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.key)
def test_free_work_has_no_payer_and_state_paid_work_no_patient(kind):
    who = payers.allowed(kind)

    assert (who == ()) == (kind.effective in FREE)
    if "STATE_FEE" in (kind.obligation, kind.effective):
        assert who == ("state",)
    if "NHS_FREE" in (kind.obligation, kind.effective):
        assert who == ()


@given(st.sampled_from(TYPES), st.sampled_from(payers.PAYERS))
def test_a_price_is_refused_to_whoever_may_not_be_asked(kind, payer):
    if payer in payers.allowed(kind):
        payers.require(kind, payer)
        return

    with pytest.raises(NoFee):
        payers.require(kind, payer)


@given(st.sampled_from(TYPES), st.integers(1, 2_000), st.integers(0, 500), st.integers(0, 5_000))
def test_the_suggested_fee_is_the_cost_rounded_up_to_the_next_five_pounds(kind, gp, admin, fixed):
    rates = tariff.Rates(date(2026, 1, 1), gp, admin, fixed)

    found = fees.suggested(kind, rates)

    assert found.sum == kind.gp_min * gp + kind.admin_min * admin + fixed
    assert found.fee % 500 == 0
    assert 0 <= found.fee - found.sum < 500


@given(st.integers(1, pence.MOST))
def test_an_amount_is_read_back_as_it_is_written(amount):
    assert pence.read(pence.pounds(amount)) == amount
    assert pence.read(pence.plain(amount)) == amount


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "1,5", "12,34.00", "1e3", "４０", "£", "a"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refused):
        pence.read(text)


def test_amounts_are_written_as_people_read_them():
    assert pence.pounds(123_450) == "£1,234.50"
    assert pence.pounds(-5) == "−£0.05"
    assert pence.tax_on(62_50, 20) == 12_50
    assert pence.tax_on(1_03, 20) == 21


@pytest.mark.parametrize(
    ("on", "amount"),
    [(date(2025, 12, 31), 40_00), (date(2026, 3, 31), 50_00), (date(2026, 4, 1), 62_50)],
)
def test_a_published_rate_counts_from_its_day(on, amount):
    found = tariff.shipped_tariff().amount("dvla_questionnaire", on)

    assert found.pence == amount
    assert found.checked_on == date(2026, 11, 22)


def test_every_published_rate_is_of_a_type_that_a_public_body_pays_for():
    for one in tariff.shipped_tariff().amounts:
        assert payers.allowed(CATALOGUE.types[one.type_key]) == ("state",), one.type_key


def new(since, amount=45_00, **changes):
    fee = NewFee("seat_belt", "patient", amount, "SR", since, "new_service", "Seat belt form")
    return replace(fee, **changes)


def test_a_fee_counts_from_its_day_and_what_counted_before_stays(till):
    today, later = till.now.date(), till.now.date() + timedelta(days=40)
    for one in (new(today), new(later, 50_00, reason="cost_rise")):
        setting_fees.set_fee(till.session, till.manager, till.terms, one, at=till.now)

    def on(day):
        who = (till.session, till.desk, till.terms, "seat_belt", "patient")
        return fees.current(*who, day)

    assert (on(today).total, on(later - timedelta(days=1)).total) == (45_00, 45_00)
    assert on(later).total == 50_00
    assert on(today - timedelta(days=1)).is_default
    line = fees.line_of(till.session, till.desk, till.terms, "seat_belt", "patient", today)
    assert line.until == later - timedelta(days=1)


def test_a_notice_of_a_day_says_the_same_whatever_changes_later(till):
    today = till.now.date()
    setting_fees.set_fee(till.session, till.manager, till.terms, new(today), at=till.now)
    before = fees.notice(till.session, till.manager, till.terms, today)
    later = till.now + timedelta(days=10)

    fresh = new(later.date(), 90_00, reason="annual_review", text="Something else")
    setting_fees.set_fee(till.session, till.manager, till.terms, fresh, at=later)
    number = {"from": later.date().isoformat(), "number": "999999973"}
    settings.follow(till.session, till.manager, "vat", number, on=later.date(), at=later)

    assert fees.notice(till.session, till.manager, till.terms, today) == before
    assert [one.total_pence for one in before] == [45_00]
    after = fees.notice(till.session, till.manager, till.terms, later.date())
    assert [(one.title, one.total_pence) for one in after] == [("Something else", 108_00)]


NOT_SET = [
    ({"since": date(2026, 11, 19)}, "is past"),
    ({"since": date(2036, 1, 1)}, "two years"),
    ({"pence": 0}, "£0.01"),
    ({"reason": "because"}, "why the fee changes"),
    ({"vat_class": "XX"}, "VAT"),
    ({"text": "x" * 300}, "200 characters"),
    ({"type_key": "council_tax_smi"}, "free of charge"),
    ({"type_key": "dvla_questionnaire"}, "Nobody else"),
]


def test_a_fee_that_cannot_be_is_one_clear_refusal(till):
    for change, why in NOT_SET:
        fee = replace(new(till.now.date()), **change)
        with pytest.raises(Refused, match=why):
            setting_fees.set_fee(till.session, till.manager, till.terms, fee, at=till.now)


def test_only_a_manager_sets_fees_and_a_day_has_one_fee_unless_it_is_corrected(till):
    tomorrow = till.now.date() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        setting_fees.set_fee(till.session, till.desk, till.terms, new(tomorrow), at=till.now)
    setting_fees.set_fee(till.session, till.manager, till.terms, new(tomorrow), at=till.now)

    with pytest.raises(Refused, match="Correction"):
        setting_fees.set_fee(till.session, till.manager, till.terms, new(tomorrow), at=till.now)

    right = new(tomorrow, 55_00, reason="correction")
    setting_fees.set_fee(till.session, till.manager, till.terms, right, at=till.now)
    who = (till.session, till.desk, till.terms, "seat_belt", "patient")
    assert fees.current(*who, tomorrow).net == 55_00


def test_a_fee_of_today_is_of_the_day_in_england_when_the_clocks_change(till):
    # 23:30 in UTC on 28 March 2027 is half past midnight on the 29th in England.
    night = datetime(2027, 3, 28, 23, 30, tzinfo=UTC)

    with pytest.raises(Refused, match="is past"):
        setting_fees.set_fee(
            till.session, till.manager, till.terms, new(date(2027, 3, 28)), at=night
        )
    row = setting_fees.set_fee(
        till.session, till.manager, till.terms, new(date(2027, 3, 29)), at=night
    )
    assert row.approved_on == date(2027, 3, 29)


def test_the_public_reads_private_work_that_is_confirmed_and_offered_alone(till):
    today = till.now.date()
    state = new(today, type_key="dvla_questionnaire", payer_class="state", text="DVLA")
    for one in (new(today), state):
        setting_fees.set_fee(till.session, till.manager, till.terms, one, at=till.now)

    found = fees.public(till.session, till.manager, till.terms, today)

    assert [(one.title, one.payer) for one in found] == [("Seat belt form", "Patient")]
