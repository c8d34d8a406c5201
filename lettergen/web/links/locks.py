"""Locked links: the birth date that locks one or opens it, and what its page says of none."""

from datetime import date

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import delivery, documents, links, post
from lettergen.models import Link
from lettergen.web.base.context import now, office, standing
from lettergen.web.base.errors import show_refusal


def compare(session: Session, link: Link, born: date, *, reference: str, path: str) -> None:
    """Compare the date of birth at a link; tell the practice of a lock by an e-mail that names a
    reference and leads to a path here. Raises WrongBirthDate or LinkEnded.
    """
    delivery.answer_about(
        session,
        office(),
        link,
        born,
        reference=reference,
        path=path,
        at=now(),
        may_write=post.is_configured(standing().settings),
    )


def add_locks(pages: Blueprint) -> None:
    """Let pages about locked links say in plain words that there is no such lock."""
    pages.register_error_handler(links.NoSuchLink, _show_no_lock)


def _show_no_lock(_refusal: links.NoSuchLink) -> ResponseReturnValue:
    return show_refusal(documents.NotFound("There is no such lock, or it was dealt with."))
