"""Staff: who may sign in, what they may do, and their passwords."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.base.security import sign_out
from lettergen.web.base.steps import Step, take
from lettergen.web.practice.people_forms import (
    NewPersonForm,
    OwnPasswordForm,
    OwnPinForm,
    PasswordForm,
    PersonForm,
    form_of,
)

people = Blueprint("people", __name__)


@people.get("/staff")
@enter("manager")
def listing() -> str:
    """Everybody of the practice."""
    with looking() as session:
        staff = accounts.staff_of(session, actor())
        return render_template("web/practice/staff.html", staff=staff, positions=accounts.POSITIONS)


@people.get("/staff/new")
@enter("manager")
def ask_new() -> str:
    """Ask about somebody new."""
    return _show_new(NewPersonForm())


@people.post("/staff/new")
@enter("manager")
def add() -> ResponseReturnValue:
    """Add somebody."""
    form = NewPersonForm()
    if not form.validate():
        return _show_new(form), 422

    def add_them(session: Session) -> str:
        accounts.add_staff(session, actor(), form.person, form.password.data or "", at=now())
        return f"{form.person.name} can sign in now."

    return _do(add_them, lambda refusal: _show_new(form, refusal))


@people.get("/staff/<staff_id>")
@enter("manager")
def person(staff_id: str) -> str:
    """One member of staff."""
    return _show(staff_id)


@people.post("/staff/<staff_id>")
@enter("manager")
def change(staff_id: str) -> ResponseReturnValue:
    """Change what is said about somebody."""
    form = PersonForm()
    if not form.validate():
        return _show(staff_id, form=form), 422

    def save(session: Session) -> str:
        accounts.edit_staff(session, actor(), staff_id, form.person, at=now())
        return "Saved."

    return _do(save, lambda refusal: _show(staff_id, form=form, refusal=refusal))


@people.post("/staff/<staff_id>/password")
@enter("manager")
def set_password(staff_id: str) -> ResponseReturnValue:
    """Give somebody a new password; wherever they were signed in, they no longer are."""
    form = PasswordForm()
    if not form.validate():
        return _show(staff_id, password_form=form), 422

    def renew(session: Session) -> str:
        accounts.set_password(session, actor(), staff_id, form.password.data or "", at=now())
        return "The new password is set. Tell it in person or by telephone."

    return _do(renew, lambda refusal: _show(staff_id, password_form=form, refusal=refusal))


@people.post("/staff/<staff_id>/deactivate")
@enter("manager")
def deactivate(staff_id: str) -> ResponseReturnValue:
    """Keep somebody out from now on."""
    with changing() as session:
        name = accounts.deactivate_staff(session, actor(), staff_id, at=now()).name
    return _to_all(f"{name} can no longer sign in. Their letters stay as they are.")


@people.post("/staff/<staff_id>/activate")
@enter("manager")
def activate(staff_id: str) -> ResponseReturnValue:
    """Let somebody in again."""
    with changing() as session:
        name = accounts.activate_staff(session, actor(), staff_id, at=now()).name
    return _to_all(f"{name} can sign in again.")


@people.get("/account")
@enter("clinician", "reception", "manager")
def account() -> str:
    """One's own account."""
    return _show_account(OwnPasswordForm())


@people.post("/account")
@enter("clinician", "reception", "manager")
def change_own_password() -> ResponseReturnValue:
    """Change one's own password, and sign in with it once."""
    form = OwnPasswordForm()
    if not form.validate():
        return _show_account(form), 422
    own, text = actor(), form.password.data or ""
    try:
        with changing() as session:
            accounts.set_password(session, own, own.staff_id or "", text, at=now())
    except Refused as refusal:
        return _show_account(form, str(refusal)), 422
    sign_out()
    flash("Your password is changed. Sign in with the new one.", "success")
    return redirect(url_for("security.login"))


@people.post("/account/pin")
@enter("clinician", "reception", "manager")
def set_own_pin() -> ResponseReturnValue:
    """Set the PIN by which one takes a tablet back from a patient."""
    form = OwnPinForm()
    if not form.validate():
        return _show_account(pin_form=form), 422

    def set_it(session: Session) -> str:
        accounts.set_pin(session, actor(), form.pin.data or "", at=now())
        return "Your PIN is set."

    return _do(set_it, lambda refusal: _show_account(pin_form=form, refusal=refusal), "account")


def _do(step: Step, again: Callable[[str], str], to: str = "listing") -> ResponseReturnValue:
    address = url_for(f"people.{to}")
    return take(step, to=address, again=again, but=accounts.NoSuchPerson, status=HTTPStatus.FOUND)


def _to_all(said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("people.listing"))


def _show(
    staff_id: str,
    *,
    form: PersonForm | None = None,
    password_form: PasswordForm | None = None,
    refusal: str = "",
) -> str:
    with looking() as session:
        found = accounts.staff_member(session, actor(), staff_id)
        return render_template(
            "web/practice/person.html",
            found=found,
            form=form or form_of(found),
            password_form=password_form or PasswordForm(formdata=None),
            refusal=refusal,
            is_self=found.id == actor().staff_id,
        )


def _show_new(form: NewPersonForm, refusal: str = "") -> str:
    return render_template("web/practice/person_new.html", form=form, refusal=refusal)


def _show_account(
    form: OwnPasswordForm | None = None, refusal: str = "", pin_form: OwnPinForm | None = None
) -> str:
    with looking() as session:
        has_pin = accounts.has_pin(session, actor())
    return render_template(
        "web/practice/account.html",
        form=form or OwnPasswordForm(formdata=None),
        pin_form=pin_form or OwnPinForm(formdata=None),
        has_pin=has_pin,
        refusal=refusal,
    )
