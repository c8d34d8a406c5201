"""Requests with money to them, for pages that show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from lettergen import models
from lettergen.requests.life import deciding
from lettergen.requests.money import settings
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payments import Taken
from lettergen.requests.steps import giving_back, paying
from tests.web import asked

WHO_WE_ARE = {
    "legal_form": "sole_practitioner",
    "legal_name": "Dr Ola Owner",
    "address": ["1 Example Road", "ZZ99 3WZ"],
}
SEAT_BELT = {"type": "seat_belt", "requester": "patient"}


@dataclass(frozen=True)
class Charged:
    """The keys of an invoice that was paid, its payment, and a waiver that waits."""

    invoice_id: str
    payment_id: str
    waiver_id: str


def decided(app: Flask, people: Any, *, at: datetime, once: str = "charged") -> str:
    """Receive a patient's request for paid work, decide it, and return its key."""
    whom = {"type_key": "seat_belt", "requester_class": "patient", "organisation": ""}
    request_id = asked.receive(app, people.receptionist, at=at, once=once, **whom)
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        terms = parts.requests.terms(session, people.receptionist)
        settings.change(session, people.manager, WHO_WE_ARE, at=at)
        how = {"seconds": 20, "revision": None, "at": at}
        deciding.decide(session, people.receptionist, terms, request_id, SEAT_BELT, **how)
    return request_id


def full(app: Flask, people: Any, *, at: datetime) -> Charged:
    """One request that was paid, and one whose fee may be waived."""
    first = decided(app, people, at=at, once="charged-1")
    second = decided(app, people, at=at, once="charged-2")
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        desk, terms = people.receptionist, parts.requests.terms(session, people.receptionist)
        offered = Offer(Payer("Rowan Testerby"))
        paying.offer(session, desk, terms, first, offered, at=at)
        taken = Taken(40_00, "card", at.date(), once="charged")
        paid = paying.record(session, desk, first, taken, at=at)
        why = {"reason": "student", "note": "", "at": at}
        waiver = giving_back.ask_waiver(session, desk, terms, second, **why)
        return Charged(paid.invoice.id, paid.payment.id, waiver.id)
