"""The practice's tablet in a patient's hands: handed over, kept to the questions, taken back."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import user_authenticated
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.consents import asking
from lettergen.models import OFFERED, Actor
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, signed_in, terms
from lettergen.web.base.entry import anyone, enter
from lettergen.web.base.outside import shown_again
from lettergen.web.base.security import SignedIn, sign_in_again, sign_out
from lettergen.web.links import tablet_lock
from lettergen.web.links.tablet_lock import PHOTO, Lock

tablet = Blueprint("tablet", __name__)

_OPEN = frozenset({"static", "pages.asset"})
_PATIENTS = frozenset({"choosing", "agreeing", "tablet"})
_DEVICE = "The practice's tablet"
_NO_PIN = (
    "Set a PIN first: with it you take the tablet back from the patient. "
    "Then hand the questions over again."
)
_WRONG = "That is not the PIN. Check it and try again."


@dataclass(frozen=True)
class Shown:
    """What a locked tablet shows: whose name stands above it, whether the patient can still
    answer, the address of the first page, and where staff go on.
    """

    practice: str
    is_open: bool
    start: str
    staff_page: str


@dataclass(frozen=True)
class Kind:
    """How a tablet shows one kind of thing, and what becomes of it when it is taken back."""

    shown: Callable[[Session, Lock], Shown]
    end: Callable[[Session, Lock], None]


_kinds: dict[str, Kind] = {}


def serve(name: str, kind: Kind) -> None:
    """Let tablets show things of a kind."""
    _kinds[name] = kind


@tablet.post("/consents/<consent_id>/tablet")
@enter("clinician", "reception")
def lock(consent_id: str) -> ResponseReturnValue:
    """Hand the questions to the patient on this device; nobody is signed in here afterwards."""
    who = signed_in()
    with changing() as db:
        asking.draft(db, actor(), consent_id)
        if who is None or not accounts.has_pin(db, actor()):
            flash(_NO_PIN, "important")
            return redirect(url_for("people.account", _anchor="pin"), 303)
        one = asking.hand_over(db, terms(db), actor(), consent_id, "tablet", at=now())
        made = lock_for(one.practice_id, one.id, who)
    return hand_to_patient(made, url_for("choosing.start"))


def hand_to_patient(made: Lock, start: str) -> Response:
    """Sign out on this device, lock it to one thing, and lead to its first page."""
    reply = make_response(redirect(start, 303))
    sign_out()
    session.clear()
    tablet_lock.give(reply, made, at=now())
    return reply


@tablet.get("/tablet")
@anyone
def ask_back() -> ResponseReturnValue:
    """Ask staff for the PIN, and show the patient the way back to the questions."""
    held = tablet_lock.held(at=now())
    return redirect(url_for("pages.home")) if held is None else _ask(held)


@tablet.post("/tablet")
@anyone
def take_back() -> ResponseReturnValue:
    """Take the tablet back by the PIN of whoever handed it over, who is signed in again."""
    held = tablet_lock.held(at=now())
    if held is None:
        return redirect(url_for("security.login"), 303)
    with changing() as db:
        try:
            is_right = accounts.is_pin_of(db, held.sign_in_id, request.form.get("pin", "")[:40])
        except accounts.PinLocked as refusal:
            # Not let through: that would undo the count.
            return _ask(held, str(refusal), is_locked=True), 422
        if not is_right:
            return _ask(held, _WRONG), 422
        address = _kinds[held.kind].shown(db, held).staff_page
        _kinds[held.kind].end(db, held)
    sign_in_again(held.sign_in_id)
    return redirect(address, 303)


def keep_with_patient(app: Flask) -> None:
    """Let a locked browser reach the patient's pages only; call it before any other check.

    The one way out beside the PIN is to sign in with a password, from the hand-back page.
    """

    @app.before_request
    def stay() -> ResponseReturnValue | None:
        held = g.tablet = tablet_lock.held(at=now())
        is_sign_in = request.endpoint == "security.login" and request.method == "POST"
        if held is None or is_sign_in or _is_patients():
            return None
        return _ask(held), 403

    @app.after_request
    def go_on(reply: Response) -> Response:
        held: Lock | None = g.get("tablet")
        if held is None:
            return reply
        if signed_in() is not None:
            tablet_lock.drop(reply)
        elif _is_patients():
            tablet_lock.give(reply, held, at=now())
        return reply

    user_authenticated.connect(_forgive, app, weak=False)


def _is_patients() -> bool:
    return request.endpoint in _OPEN or request.blueprint in _PATIENTS


def lock_for(practice_id: str, key: str, who: SignedIn, kind: str = PHOTO) -> Lock:
    """Return the lock that keeps this device to one thing, handed over by who is signed in."""
    device = shown_again(request.form.get("device", ""))[:60]
    return Lock(practice_id, key, who.fs_uniquifier, who.name, device or _DEVICE, kind)


def _ask(held: Lock, error: str = "", *, is_locked: bool = False) -> str:
    with looking() as db:
        shown = _kinds[held.kind].shown(db, held)
    return render_template(
        "patient/choose_back.html",
        staff=held.staff,
        practice=shown.practice,
        is_open=shown.is_open,
        is_locked=is_locked,
        error=error,
        start=shown.start,
        consent=shown.staff_page,
    )


def _photo_shown(db: Session, held: Lock) -> Shown:
    one = asking.offered(db, held.practice_id, held.draft_id)
    return Shown(
        practice=str((one.answers.get("practice") or {}).get("name") or "") if one else "",
        is_open=one is not None and asking.is_with_patient(one),
        start=url_for("choosing.start"),
        staff_page=url_for("consenting.consent", consent_id=held.draft_id),
    )


def _end_patients_part(db: Session, held: Lock) -> None:
    """Take back what is not signed yet, and say what the patient is not sure about."""
    one = asking.offered(db, held.practice_id, held.draft_id)
    staff = accounts.staff_by_sign_in(db, held.sign_in_id)
    if one is None or staff is None or one.stage != OFFERED:
        return
    who: Actor = accounts.actor_of(staff)
    form = terms(db, who)
    unsure = [form.catalogue.purpose(key).title for key in asking.unsure_of(one)]
    try:
        asking.take_back(db, form, who, one.id, at=now())
    except Refused as refusal:
        flash(str(refusal), "important")
    if unsure:
        flash(f"The patient is not sure about: {'; '.join(unsure)}. Talk it over.", "important")


def _forgive(_app: Flask, user: SignedIn, **_: object) -> None:
    with changing() as db:
        accounts.forgive_pin(db, user.fs_uniquifier)


serve(PHOTO, Kind(_photo_shown, _end_patients_part))
