"""Invoices, credit notes, receipts and the notice of fees, as they are read."""

import pypdfium2

from lettergen.requests.money.payments import Taken
from lettergen.requests.steps import billing, paying


def text_of(document, kind="letter"):
    pdf = next(one.pdf for one in document.files if one.kind == kind)
    found = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in found)
    finally:
        found.close()


def paid(till, **how):
    request_id = till.accepted("patient")
    taken = {"pence": 40_00, "method": "card", "received_on": till.now.date(), "once": request_id}
    return paying.record(
        till.session, till.desk, request_id, Taken(**{**taken, **how}), at=till.now
    )


def test_invoice_and_receipt_agree_to_the_penny_and_name_no_health(till, paper_office):
    done = paid(till)

    invoice = billing.invoice_paper(
        till.session, paper_office, till.desk, done.invoice.id, at=till.now
    )
    receipt = billing.receipt(till.session, paper_office, till.desk, done.payment.id, at=till.now)
    till.session.commit()

    said = text_of(invoice)
    assert "Invoice 1" in said
    assert "£40.00" in said
    assert "Dr Ola Owner" in said
    assert "not registered for VAT" in said
    assert "Medical report, our ref" in said
    assert "seat" not in said.lower()
    assert "£40.00 received" in text_of(receipt)
    assert "Nothing more is due" in text_of(receipt)
    assert {one.kind for one in invoice.files} == {"letter", "large"}
