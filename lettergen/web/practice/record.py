"""The practice's own record: what its letters say about it. For its manager."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from lettergen import accounts, sealing
from lettergen.accounts import Letterhead
from lettergen.models import Practice
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter

practice = Blueprint("practice", __name__)


class PracticeForm(FlaskForm):  # type: ignore[misc]
    """The letterhead, and where patients' data may be sent by e-mail."""

    name = StringField("Practice name", [InputRequired("Enter the name"), Length(max=120)])
    ods = StringField(
        "ODS code",
        [
            InputRequired("Enter the ODS code"),
            Regexp(r"\s*[A-Za-z0-9]{3,8}\s*$", message="An ODS code is like A12345"),
        ],
    )
    address = TextAreaField("Address", [InputRequired("Enter the address"), Length(max=500)])
    phone = StringField("Telephone", [InputRequired("Enter the telephone number"), Length(max=40)])
    email = StringField(
        "Email address",
        [
            InputRequired("Enter the email address"),
            Length(max=254),
            Regexp(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message="Enter an address like a@nhs.net"),
        ],
    )
    secure_domains = TextAreaField("Secure email domains", [Optional(), Length(max=2_000)])

    @property
    def letterhead(self) -> Letterhead:
        """What was typed, as the accounts take it."""
        return Letterhead(
            name=self.name.data or "",
            ods=self.ods.data or "",
            address=(self.address.data or "").replace("\r\n", "\n").strip(),
            phone=self.phone.data or "",
            email=self.email.data or "",
            secure_domains=tuple((self.secure_domains.data or "").split()),
        )


@practice.get("/practice")
@enter("manager")
def record() -> str:
    """The record as it is."""
    with looking() as session:
        form = _filled(accounts.practice_of(session, actor()))
    return _show(form)


@practice.post("/practice")
@enter("manager")
def change() -> ResponseReturnValue:
    """Change the record; letters that were issued keep what they said."""
    form = PracticeForm()
    if not form.validate():
        return _show(form), 422
    try:
        with changing() as session:
            accounts.edit_practice(session, actor(), form.letterhead, at=now())
    except Refused as refusal:
        return _show(form, str(refusal)), 422
    flash("Saved. New letters carry the changed letterhead.", "success")
    return redirect(url_for("practice.record"))


def _filled(found: Practice) -> PracticeForm:
    return PracticeForm(
        formdata=None,
        data={
            "name": found.name,
            "ods": found.ods,
            "address": found.address,
            "phone": found.phone,
            "email": found.email,
            "secure_domains": "\n".join(found.secure_domains),
        },
    )


def _show(form: PracticeForm, refusal: str = "") -> str:
    with looking() as session:
        found = sealing.known(session, actor().practice_id)
        return render_template(
            "web/practice/record.html",
            form=form,
            refusal=refusal,
            certificate=found,
            ends_soon=found is not None and sealing.ends_soon(found, at=now()),
        )
