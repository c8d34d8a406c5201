"""Requests that came in already, for pages that show them."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from PIL import Image

from lettergen import models
from lettergen.models import Actor
from lettergen.requests.life import deciding, evidence, intake

PATIENT = {
    "title": "Mx",
    "given_name": "Rowan",
    "family_name": "Testerby",
    "date_of_birth": "1998-04-12",
    "nhs_number": "999 000 1006",
    "email": "rowan@example.com",
    "phone": "07700 900123",
    "address": "3 Example Road\nExampletown\nZZ99 3WZ",
}
DECIDED = {"type": "gym_fitness", "requester": "education"}
CONTACT = {"name": "Alex Asker", "email": "asker@example.com", "their_reference": "EX/42"}


@dataclass(frozen=True)
class Asked:
    """The keys of a request, and of what hangs on it."""

    request_id: str
    requester_id: str


def receive(app: Flask, actor: Actor, *, at: datetime, **about: Any) -> str:
    """Receive a request about Rowan Testerby by Exampleton University, and return its key.

    `about` takes the place of what is asked: once, type_key, requester_class, organisation ...
    """
    asked = {
        "once": f"asked-{at.timestamp()}-{len(about)}",
        "channel": "email",
        "received_at": at,
        "type_key": "other",
        "patient": PATIENT,
        "contact": CONTACT,
        "organisation": "Exampleton University",
        "asked": "Please confirm that the student was ill in May.",
        "purpose": "an examination appeal",
        "requester_class": "education",
        **about,
    }
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        terms = parts.requests.terms(session, actor)
        return intake.receive(session, actor, terms, at=at, **asked).id


def full(app: Flask, actor: Actor, *, at: datetime) -> Asked:
    """Receive one request by an organisation, and decide it: reply D05 turns it away."""
    request_id = receive(app, actor, at=at, once="asked-full")
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        terms = parts.requests.terms(session, actor)
        deciding.decide(session, actor, terms, request_id, DECIDED, seconds=30, revision=1, at=at)
        request = session.get(models.Request, request_id)
        return Asked(request_id, request.requester_id)


def paper(app: Flask, actor: Actor, request_id: str, *, at: datetime) -> str:
    """Keep a picture with a request, and return its key."""
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        raw = picture.getvalue()
        return evidence.add(session, actor, request_id, "request", "letter.png", raw, at=at).id
