"""Consents that are in the register already, for pages that show them."""

import copy
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, models
from lettergen.consents.register import records, using, withdrawing
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.tasks import LETTER
from lettergen.consents.register.using import Particulars
from lettergen.models import Actor, ConsentImage, ConsentRecord, ConsentTask
from lettergen.places import CHECKOUT

CASES = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
ADULT, CHILD, TEENAGER, WITHDRAWN = CASES
TEACHING = {"decision": "yes", "audience": "GP trainees and medical students", "anonymise": "crop"}
IMAGE = "IMG-0101-A"
TUTORIAL = Particulars("medical students", "Seminar room", copies=12)


@dataclass(frozen=True)
class Filed:
    """The keys of an adult's consent, and of what hangs on it."""

    record_id: str
    image_id: str
    use_id: str
    task_id: str


def case(name: str = ADULT, **purposes: Any) -> dict[str, Any]:
    """Return a signed case, with answers to purposes in place of its own."""
    made = copy.deepcopy(CASES[name])
    made["purposes"] |= purposes
    return made


def file(app: Flask, actor: Actor, answers: dict[str, Any], *, at: datetime) -> str:
    """File a case, and return the key of its record."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        terms = parts.consents.terms(session, actor)
        return records.file(session, terms, actor, answers, at=at).id


def full(app: Flask, actor: Actor, *, at: datetime) -> Filed:
    """File an adult's consent to teaching, log a use, and withdraw the sending of the photo."""
    record_id = file(app, actor, case(teach_closed=TEACHING), at=at - timedelta(hours=2))
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        terms = parts.consents.terms(session, actor)
        details = {"image_id": IMAGE, "purpose": "teach_closed", "intended": Use()}
        used = using.use(session, terms, actor, **details, particulars=TUTORIAL, at=at).row
        assert used is not None
        sending = grant_ids(session, record_id)["share_care"]
        said = {"how": "desk", "by_name": "Testpatient One", "said_at": at, "at": at}
        withdrawing.withdraw(session, terms, actor, [sending], **said)
        image = session.get_one(ConsentImage, used.image_id)
        image.preview = picture()
        return Filed(
            record_id,
            image.id,
            used.id,
            session.scalars(
                select(ConsentTask.id).where(
                    ConsentTask.kind == LETTER, ConsentTask.record_id == record_id
                )
            ).one(),
        )


def locked_link(
    app: Flask, actor: Actor, subject_id: str, purpose: str = "withdraw", *, at: datetime
) -> str:
    """Return the id of a link that five wrong dates of birth have locked."""
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        born = date(1979, 5, 14)
        made = links.create(session, actor, purpose, subject_id, birth_date=born, at=at)
        for _ in range(5):
            with suppress(links.WrongBirthDate, links.LockedNow):
                links.answer(session, made.link, born + timedelta(days=1), at=at)
        return made.link.id


def grant_ids(session: Session, record_id: str) -> dict[str, str]:
    """Return the grants of a record by purpose."""
    record = session.get_one(ConsentRecord, record_id)
    return {one.purpose: one.id for one in record.grants}


def picture() -> bytes:
    """Return a small JPEG."""
    target = BytesIO()
    Image.new("RGB", (32, 32), "#aa6655").save(target, "JPEG")
    return target.getvalue()
