"""Money on the pages: the panel of a request, one invoice, a manager's overview, fees, settings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lettergen import models
from lettergen.models import Message, Practice, Quote
from tests.web import charged


@pytest.fixture
def keys(app, people, clock):
    return charged.full(app, people, at=clock())


def test_a_quote_goes_from_its_offer_to_its_receipt_in_few_presses(
    app, people, clock, receptionist
):
    request_id = charged.decided(app, people, at=clock())
    here = f"/requests/{request_id}/money"
    page = receptionist.page(f"/requests/{request_id}")
    assert "£40.00" in page.select_one("#money").text
    assert "£54.00" not in page.select_one("#money .mo-sum").text
    once = {"amount": "40.00", "method": "cash", "received_on": "2026-11-20", "once": "form-1"}

    receptionist.send(f"{here}/quote", payer_name="Rowan Testerby", promised_on="2026-12-04")
    receptionist.send(f"{here}/accept", how="desk")
    for _ in range(2):
        reply = receptionist.send(f"{here}/payment", **once)
        assert reply.status_code == 303

    panel = receptionist.page(f"/requests/{request_id}").select_one("#money")
    links = panel.select("a[href^='/money/invoices/']")
    assert [one.text for one in links] == ["Invoice 1"]
    page = receptionist.page(links[0]["href"])
    assert "Settled" in page.text
    assert page.text.count("£40.00, ") <= 2
    receipt = page.select_one("form[action$='/receipt']")["action"]
    reply = receptionist.send(receipt)
    assert reply.location.startswith("/documents/")
    assert receptionist.send(receipt).location == reply.location
    assert "Receipt for invoice 1" in receptionist.page(reply.location).text


def test_a_payment_that_cannot_be_says_why_on_the_request(app, people, clock, receptionist):
    request_id = charged.decided(app, people, at=clock())
    receptionist.send(f"/requests/{request_id}/money/quote", payer_name="Rowan Testerby")
    wrong = {"amount": "400", "method": "card", "received_on": "2026-11-20", "once": "x"}

    reply = receptionist.send(f"/requests/{request_id}/money/payment", **wrong)

    assert reply.status_code == 422
    assert "more than the £40.00" in reply.text


def test_a_manager_sees_what_is_unpaid_and_decides_waivers(keys, manager, receptionist):
    page = manager.page("/money")
    assert "Hardship: a student" in page.text
    assert receptionist.get("/money").status_code == 403

    reply = manager.send(f"/money/waivers/{keys.waiver_id}/approve")

    assert reply.status_code == 303
    assert "£40.00 of £100.00" not in manager.page("/money").text
    again = manager.send(f"/money/waivers/{keys.waiver_id}/approve")
    assert (again.status_code, "already" in again.text) == (422, True)


def test_money_goes_back_from_the_invoices_page(keys, receptionist, clinician):
    address = f"/money/invoices/{keys.invoice_id}/give-back"
    back = {"reason": "not_started", "method": "card", "once": "b"}

    refused = receptionist.send(address, **{**back, "kept": "5", "work": "w"})
    done = receptionist.send(address, **back)

    assert refused.status_code == 422
    assert "Credit note 2" in receptionist.page(done.location).text
    assert clinician.send(address, **back).status_code == 403


def test_the_accountants_file_is_a_download(keys, manager):
    reply = manager.get("/money/accounts.csv?since=2026-11-01&until=2026-11-30")

    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    assert "invoice,1" in reply.text
    assert manager.get("/money/accounts.csv?since=soon").status_code == 422


def test_a_fee_is_set_from_a_day_and_the_notice_is_made(manager):
    address = "/settings/fees/seat_belt/patient"
    fee = {"amount": "45", "vat_class": "SR", "since": "2026-11-20", "reason": "new_service"}

    assert manager.send(address, **fee, text="").status_code == 422
    assert manager.send(address, **fee, text="Seat belt form").status_code == 303
    assert "£45.00" in manager.page("/settings/fees").text
    made = manager.send("/settings/fees/notice", on="2026-11-20")

    assert "Fees for letters and forms" in manager.page(made.location).text
    assert manager.get("/settings/fees/council_tax_smi/patient").status_code == 404
    assert manager.get("/settings/fees/nothing/patient").status_code == 404


def test_settings_say_what_lacks_and_keep_what_counted_before(manager):
    assert "Before an invoice can be made" in manager.page("/settings/money").text
    fields = {"legal_form": "partnership", "partners": "Dr A\nDr B", "address": "1 Example Road"}

    assert manager.send("/settings/money", **fields, terms_days="30").status_code == 303
    assert manager.send("/settings/money", **fields, terms_days="x").status_code == 422
    past = manager.send("/settings/money/vat", number="999999973", **{"from": "2026-11-19"})
    assert past.status_code == 422
    wrong = manager.send("/settings/money/vat", number="12", **{"from": "2026-11-20"})
    assert "9 digits" in wrong.text
    good = manager.send("/settings/money/vat", number="999999973", **{"from": "2026-11-20"})
    assert good.status_code == 303
    page = manager.page("/settings/money")
    assert "Registered as 999999973" in page.text
    assert "Before an invoice" not in page.text


def test_other_minutes_are_reckoned_shown_and_offered_with_their_reason(
    app, people, clock, receptionist
):
    request_id = charged.decided(app, people, at=clock())
    page = receptionist.page(f"/requests/{request_id}?gp_min=20&admin_min=10")
    assert "£100.00" in page.select_one("#money .mo-sum").text
    assert "£97.50" in page.select_one("#money").text
    asked_for = {"payer_name": "Rowan Testerby", "gp_min": "20", "admin_min": "10"}

    refused = receptionist.send(f"/requests/{request_id}/money/quote", **asked_for)
    why = {"minutes_because": "Two hospitals"}
    receptionist.send(f"/requests/{request_id}/money/quote", **asked_for, **why)

    assert refused.status_code == 422
    assert "Two hospitals" in receptionist.page(f"/requests/{request_id}").text
    odd = receptionist.page(f"/requests/{request_id}?gp_min=١٢")
    assert "whole number" in odd.select_one("#money").text


def test_a_day_that_passes_is_a_managers_to_look_at_until_the_payer_has_chosen(
    app, people, clock, manager
):
    request_id = charged.decided(app, people, at=clock())
    here = f"/requests/{request_id}/money"
    manager.send(f"{here}/quote", payer_name="Rowan Testerby", promised_on="2026-11-20")
    manager.send(f"{here}/accept", how="desk")
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        wanted = select(Quote).where(Quote.request_id == request_id)
        session.scalars(wanted).one().promised_on = clock().date() - timedelta(days=1)
    assert "was promised by 19 November 2026" in manager.page("/").text
    assert "The day that was promised is past" in manager.page(f"/requests/{request_id}").text

    assert manager.send(f"{here}/promise", new_day="soon").status_code == 422
    assert manager.send(f"{here}/promise", new_day="2026-12-01").status_code == 303

    assert "was promised by" not in manager.page("/").text


def test_a_paper_about_money_is_not_voided_and_says_what_is_done_instead(keys, manager):
    invoice = manager.send(f"/money/invoices/{keys.invoice_id}/paper").location
    receipt = manager.send(f"/money/payments/{keys.payment_id}/receipt").location

    for address, instead in ((invoice, "credit note"), (receipt, "by mistake")):
        reply = manager.send(f"{address}/void", reason="It should not have been made.")
        assert (reply.status_code, instead in reply.text) == (422, True)
        page = manager.page(address)
        assert instead in page.text
        assert not page.select("form[action$='/void']")
        assert "is void" not in page.text


ODD = ["-1", "£1,000,000", "12.345", "١٢", "1e9", "NaN", "40.00\u200b", "9" * 400]


def test_odd_amounts_are_refused_wherever_money_is_typed(keys, app, people, clock, manager):
    request_id = charged.decided(app, people, at=clock(), once="odd")
    manager.send(f"/requests/{request_id}/money/quote", payer_name="Rowan Testerby")
    paid = {"method": "card", "received_on": "2026-11-20", "once": "odd"}
    back = {"reason": "withdrew", "method": "card", "once": "b", "work": "Record read"}
    fee = {"vat_class": "SR", "since": "2026-11-20", "reason": "new_service", "text": "Belt"}

    for amount in ODD:
        forms = {
            f"/requests/{request_id}/money/payment": {**paid, "amount": amount},
            f"/money/invoices/{keys.invoice_id}/give-back": {**back, "kept": amount},
            "/settings/fees/seat_belt/patient": {**fee, "amount": amount},
            "/settings/money/threshold": {
                "from": "2026-11-20",
                "amount": amount,
                "warn_percent": "80",
            },
        }
        for address, form in forms.items():
            assert manager.send(address, **form).status_code == 422, (address, amount)
    zero = {"from": "2026-11-20", "amount": "0", "warn_percent": "80"}
    assert manager.send("/settings/money/threshold", **zero).status_code == 422
    assert manager.get("/money").status_code == 200


def test_a_quote_is_emailed_once_and_the_panel_says_so(app, people, clock, receptionist, session):
    parts = app.extensions["lettergen"]
    mail = {"smtp_host": "mail.example.com", "smtp_from": "letters@example.com"}
    app.extensions["lettergen"] = replace(parts, settings=parts.settings.model_copy(update=mail))
    request_id = charged.decided(app, people, at=clock())
    here = f"/requests/{request_id}/money"
    receptionist.send(f"{here}/quote", payer_name="Rowan Testerby")
    page = receptionist.page(f"/requests/{request_id}")
    assert page.select_one("#next .nhsuk-button").get_text(strip=True) == "Tell the payer"
    form = page.select_one("form[action$='/quote/email']")
    typed = {one["name"]: one["value"] for one in form.select("input[name=to], input[name=once]")}

    for _ in range(2):
        assert receptionist.send(form["action"], **typed).status_code == 303

    (message,) = session.scalars(select(Message))
    assert (message.kind, message.recipient) == ("quote", "rowan@example.com")
    page = receptionist.page(f"/requests/{request_id}")
    assert message.masked in page.select_one("#tell-payer").text
    assert "Email the quote again" in page.select_one("#tell-payer").text
    assert "The quote was sent by email" in page.select_one(".rq-story").text
    assert page.select_one("#next .nhsuk-button").get_text(strip=True) == "Record the answer"
    quote = receptionist.page(f"{here}/quote").select_one(".mo-quote")
    assert "£40.00" in quote.text
    assert "Offered on 20 November 2026" in quote.text
    assert [one.text for one in quote.select("h2")] == ["How to answer", "How to pay"]


def test_what_an_invoice_will_lack_is_said_with_the_price(
    app, people, clock, receptionist, manager, session
):
    request_id = charged.decided(app, people, at=clock())
    practice = session.get(Practice, people.manager.practice_id)
    practice.money_settings = None
    session.commit()

    told = receptionist.page(f"/requests/{request_id}").select_one("#money .app-warning")

    receptionist.send(f"/requests/{request_id}/money/quote", payer_name="Rowan Testerby")
    page = receptionist.page(f"/requests/{request_id}")
    assert "No invoice can be made yet" in told.text
    assert told.select("a") == []
    assert page.select_one("#money form[action$='/accept']")
    assert page.select_one("#money form[action$='/payment']") is None
    assert manager.page(f"/requests/{request_id}").select_one("#money a[href='/settings/money']")
