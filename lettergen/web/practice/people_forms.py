"""What a manager is asked about a member of staff."""

from flask_wtf import FlaskForm
from wtforms import (
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from lettergen import accounts
from lettergen.accounts import Person, Registration
from lettergen.models import ROLES, Staff
from lettergen.web.base.choices import choices_of
from lettergen.web.base.context import signed_in

_SHORTEST, _LONGEST = 12, 256


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Name, address, roles, and the registration of those who sign."""

    name = StringField("Name", [InputRequired("Enter the name"), Length(max=120)])
    email = StringField(
        "Email address",
        [
            InputRequired("Enter the email address"),
            Length(max=254),
            Regexp(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message="Enter an address like a@nhs.net"),
        ],
    )
    roles = SelectMultipleField("Roles", choices=choices_of(((one, one) for one in ROLES), none=""))
    job = SelectField(
        "Role under the signature", choices=choices_of(accounts.POSITIONS.items(), none="None")
    )
    body = SelectField(
        "Register", choices=choices_of(accounts.REGISTERS.items(), none="Not registered")
    )
    number = StringField("Registration number", [Optional(), Length(max=20)])

    def validate_roles(self, field: SelectMultipleField) -> None:
        """Somebody without a role could see nothing."""
        if not field.data:
            raise ValidationError("Choose at least one role")

    def validate_body(self, field: SelectField) -> None:
        """Who is registered is a clinician, and has a number and a role to print."""
        if not field.data:
            return
        if "clinician" not in (self.roles.data or ()):
            raise ValidationError("Only clinicians have a registration: choose that role too")
        if not ((self.number.data or "").strip() and self.job.data):
            raise ValidationError("Give the number, and the role under the signature")

    @property
    def person(self) -> Person:
        """What was typed, as the accounts take it."""
        registration = Registration(self.job.data, self.body.data, self.number.data or "")
        return Person(
            name=(self.name.data or "").strip(),
            email=self.email.data or "",
            roles=frozenset(self.roles.data or ()),
            registration=registration if self.body.data else None,
        )


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A password for somebody."""

    password = PasswordField(
        "New password",
        [
            InputRequired("Enter a password"),
            Length(
                _SHORTEST,
                _LONGEST,
                message=f"A password has {_SHORTEST} to {_LONGEST} characters",
            ),
        ],
    )


class NewPersonForm(PersonForm, PasswordForm):
    """Somebody new, with a first password."""


class OwnPasswordForm(PasswordForm):
    """One's own new password, with the old one as proof."""

    old_password = PasswordField("Present password", [InputRequired("Enter your password")])

    def validate_old_password(self, field: PasswordField) -> None:
        """Whoever finds an open screen cannot take the account over."""
        _require_own_password(field)


class OwnPinForm(FlaskForm):  # type: ignore[misc]
    """One's own PIN, with the password as proof."""

    pin_password = PasswordField("Your password", [InputRequired("Enter your password")])
    pin = PasswordField("New PIN", [InputRequired("Enter a PIN"), Length(max=40)])

    def validate_pin_password(self, field: PasswordField) -> None:
        """Whoever finds an open screen cannot set a PIN for later."""
        _require_own_password(field)


def _require_own_password(field: PasswordField) -> None:
    who = signed_in()
    if who is None or not who.verify_and_update_password(field.data or ""):
        raise ValidationError("This is not your present password")


def form_of(staff: Staff) -> PersonForm:
    """Return the form as somebody's record fills it."""
    registered = staff.clinician
    return PersonForm(
        formdata=None,
        data={
            "name": staff.name,
            "email": staff.email,
            "roles": list(staff.roles),
            "job": registered.role if registered else "",
            "body": registered.body if registered else "",
            "number": registered.number if registered else "",
        },
    )
