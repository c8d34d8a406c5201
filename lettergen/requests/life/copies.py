"""What a patient is shown of a letter: what it says, and a kept copy while it is not signed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lettergen.models import Document, Request, RequestSight, RequestSightFile, Review

# Answers that may differ between what was shown and what is signed: the day that the letter
# bears, and whether its patient has seen it, which is true only afterwards.
ASIDE = frozenset({"letter_date", "saw_draft", "saw_on"})


@dataclass(frozen=True)
class Sheet:
    """One PDF that the patient is shown."""

    kind: str
    sha256: str
    pages: int
    pdf: bytes


@dataclass(frozen=True)
class Shown:
    """A letter as it is shown: its hash, the hash of what it says, and what is kept of it.

    A signed letter is kept elsewhere, so that nothing of it is kept here.
    """

    seal: str
    wording: str | None = None
    is_signed: bool = True
    page: str | None = None
    sheets: tuple[Sheet, ...] = ()


def of_document(document: Document) -> Shown:
    """Return a signed letter as it is shown."""
    return Shown(document.seal, wording_of(document))


def of_review(review: Review) -> Shown:
    """Return a letter that waits for its signature as it is shown."""
    content = review.content
    return Shown(
        review.seal,
        _hash(review.version, content),
        is_signed=False,
        page=content["page"],
        sheets=tuple(Sheet(one.kind, one.sha256, one.pages, one.pdf) for one in review.files),
    )


def of_sight(sight: RequestSight) -> Shown:
    """Return what was shown as it may be shown once more."""
    return Shown(
        sight.seal,
        sight.wording,
        is_signed=sight.is_signed,
        page=sight.page,
        sheets=tuple(Sheet(one.kind, one.sha256, one.pages, one.pdf) for one in sight.files),
    )


def wording_of(document: Document) -> str | None:
    """Return the hash of what a signed letter says, its reference and day apart."""
    known = document.content
    if known is None:
        return None
    parts = ("answers", "patient", "addressee", "practice", "signer")
    return _hash(document.version, {name: getattr(known, name) for name in parts})


def keep(session: Session, sight: RequestSight, shown: Shown) -> None:
    """Keep with a sight what is shown; what an earlier one of its request kept goes."""
    session.flush()
    forget(session, sight.request_id)
    sight.page = shown.page
    sight.files = [
        RequestSightFile(
            practice_id=sight.practice_id,
            kind=one.kind,
            sha256=one.sha256,
            pages=one.pages,
            pdf=one.pdf,
        )
        for one in shown.sheets
    ]


def forget(session: Session, request_id: str) -> None:
    """Forget every kept copy of a request; what it said stays as a hash."""
    known = session.scalars(select(RequestSight).where(RequestSight.request_id == request_id)).all()
    for one in known:
        one.page = None
        session.expire(one, ["files"])
    keys = [one.id for one in known]
    session.execute(delete(RequestSightFile).where(RequestSightFile.sight_id.in_(keys)))


def says_another(session: Session, request: Request, sight: RequestSight | None) -> bool:
    """Say whether a request's signed letter differs in words from what the patient was shown."""
    if sight is None or request.document_id is None:
        return False
    signed = session.scalar(
        select(Document).where(
            Document.practice_id == request.practice_id, Document.id == request.document_id
        )
    )
    return signed is not None and not says_same(sight, signed)


def says_same(sight: RequestSight, document: Document) -> bool:
    """Say whether a signed letter says what the patient was shown, its reference and day apart."""
    if document.seal == sight.seal:
        return True
    return sight.wording is not None and wording_of(document) == sight.wording


def _hash(version: str, content: Mapping[str, Any]) -> str:
    """Return a hash of all that a letter is made from: form, answers, records and signer."""
    answers = {key: said for key, said in content["answers"].items() if key not in ASIDE}
    parts: Iterable[Any] = (
        version,
        answers,
        content["patient"],
        content["addressee"],
        content["practice"],
        content["signer"],
    )
    return hashlib.sha256(json.dumps(list(parts), sort_keys=True).encode()).hexdigest()
