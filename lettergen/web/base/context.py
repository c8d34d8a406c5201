"""What a view is given: a session by name, the actor, the office and the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app
from flask_security import current_user
from sqlalchemy.orm import Session, sessionmaker

from lettergen import models
from lettergen.accounts import Actor
from lettergen.config import Settings
from lettergen.consents.form.standing import Consents
from lettergen.consents.form.terms import Terms
from lettergen.documents import Office
from lettergen.post import Postman
from lettergen.requests.catalogue.standing import Requests
from lettergen.vault import Vault

if TYPE_CHECKING:
    from lettergen.web.base.security import SignedIn


@dataclass(frozen=True)
class Standing:
    """What one running program holds for all its requests."""

    settings: Settings
    sessions: sessionmaker[Session]
    vault: Vault
    office: Office
    clock: Callable[[], datetime]
    postman: Postman
    consents: Consents
    requests: Requests


def standing() -> Standing:
    """Return the standing parts of the running program."""
    parts: Standing = current_app.extensions["lettergen"]
    return parts


def office() -> Office:
    """Return library and renderer, as the rows below take them."""
    return standing().office


def now() -> datetime:
    """Return the moment of the request, aware, in UTC."""
    return standing().clock()


def signed_in() -> "SignedIn | None":
    """Return the person at the other end, or None before sign-in."""
    if not current_user.is_authenticated:
        return None
    person: SignedIn = current_user._get_current_object()  # noqa: SLF001  (werkzeug's documented way)
    return person


def actor() -> Actor:
    """Return who acts. Only in views that ask people to sign in."""
    person = signed_in()
    if person is None:
        raise LookupError("nobody is signed in: the view should be marked with @enter")
    return person.actor


def terms(session: Session, who: Actor | None = None) -> Terms:
    """Return the consent form with the settings of the actor's practice, or of `who` else acts.

    Raises BrokenDefinition while a file of the form is broken.
    """
    return standing().consents.terms(session, who or actor())


@contextmanager
def looking() -> Iterator[Session]:
    """A session to read by; whatever happened in it is rolled back."""
    with standing().sessions() as session:
        yield session
        session.rollback()


@contextmanager
def changing() -> Iterator[Session]:
    """The request's transaction: commits at the end of the block, or not at all."""
    with standing().sessions() as session, models.changing(session):
        yield session
