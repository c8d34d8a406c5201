"""Sign-in: Flask-Security on the practice's own staff records."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import (
    RoleMixin,
    Security,
    UserDatastore,
    UserMixin,
    login_user,
    logout_user,
)
from sqlalchemy.orm import Session, sessionmaker

from lettergen import accounts
from lettergen.models import Staff
from lettergen.web.base.entry import anyone

WORKING_DAY = timedelta(hours=12)
# Of failed attempts: from one address, which a whole practice may share; and at one account.
_TRIES = ("30 per 15 minutes", "10 per 15 minutes")

_SETTINGS: dict[str, Any] = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "POST_LOGOUT_VIEW": "/sign-in",
    "LOGOUT_CSRF": True,
    "RETURN_GENERIC_RESPONSES": True,
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "API_ENABLED_METHODS": ["session"],
    "FRESHNESS": timedelta(days=-1),
    "STATIC_FOLDER": None,
    "FLASH_MESSAGES": False,
    "USE_REGISTER_V2": True,
    "MSG_GENERIC_AUTHN_FAILED": (
        "The email address or the password is not right. Check both and try again.",
        "error",
    ),
    "MSG_EMAIL_NOT_PROVIDED": ("Enter your email address", "error"),
    "MSG_PASSWORD_NOT_PROVIDED": ("Enter your password", "error"),
}


class SignedIn(UserMixin):
    """A member of staff as Flask-Security sees them: plain values, no database row."""

    fs_uniquifier: str = ""

    def __init__(self, staff: Staff, practice_name: str) -> None:
        self.email = staff.email
        self.password = staff.password_hash
        self.active = staff.is_active
        self.fs_uniquifier = staff.sign_in_id
        self.roles = []
        self.actor = accounts.actor_of(staff)
        self.practice_name = practice_name

    @property
    def name(self) -> str:
        """The name as colleagues know it."""
        return self.actor.name

    def verify_and_update_password(self, password: str) -> bool:
        """Say whether this is the password; the records below know how it was hashed."""
        return accounts.is_password_of(self.password, password)


class StaffDatastore(UserDatastore):
    """Finds staff for Flask-Security, and stores nothing: accounts are changed elsewhere."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        super().__init__(SignedIn, RoleMixin)
        self._sessions = sessions

    def find_user(self, case_insensitive: bool = False, **by: str) -> SignedIn | None:  # noqa: ARG002, FBT001, FBT002  (Flask-Security's form)
        """Return who has this `email`, or this `fs_uniquifier` in the session."""
        with self._sessions() as session:
            if "email" in by:
                staff = accounts.staff_by_email(session, by["email"])
            else:
                staff = accounts.staff_by_sign_in(session, by["fs_uniquifier"])
            if staff is None:
                return None
            practice = accounts.practice_of(session, accounts.actor_of(staff))
            return SignedIn(staff, practice.name)

    def put(self, model: object) -> object:
        """Store nothing."""
        return model

    def commit(self) -> None:
        """Store nothing."""


def add_sign_in(app: Flask, sessions: sessionmaker[Session]) -> None:
    """Add the sign-in and sign-out pages, and say how often a password may be tried."""
    for name, value in _SETTINGS.items():
        app.config.setdefault(f"SECURITY_{name}", value)
    Security(app, StaffDatastore(sessions))
    # Flask-Security also takes a token from a header or the address; nobody is given one here.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    for name in [name for name in app.view_functions if name.startswith("security.")]:
        anyone(app.view_functions[name])
    _limit_attempts(app)


def sign_in_again(sign_in_id: str) -> None:
    """Sign in whoever had this session, after a proof of another kind than the password."""
    user = current_app.extensions["security"].datastore.find_user(fs_uniquifier=sign_in_id)
    login_user(user, authn_via=["pin"])


def sign_out() -> None:
    """End the session of this browser."""
    logout_user()


def _limit_attempts(app: Flask) -> None:
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    by_address = limiter.limit(_TRIES[0], methods=["POST"], deduct_when=_has_failed)
    by_account = limiter.limit(
        _TRIES[1], key_func=_account_tried, methods=["POST"], deduct_when=_has_failed
    )
    app.view_functions["security.login"] = by_address(
        by_account(app.view_functions["security.login"])
    )  # type: ignore[assignment]


def _has_failed(reply: Response) -> bool:
    """A sign-in that fails shows the page again; one that succeeds leads on."""
    return reply.status_code == HTTPStatus.OK


def _account_tried() -> str:
    return request.form.get("email", "").strip().casefold()[:254]
