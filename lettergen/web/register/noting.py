"""What is asked about photos, telephones, deaths and mistakes before they are written down."""

from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lettergen.calendar import LONDON
from lettergen.consents.register.using import PEOPLE_LIMIT, TEXT_LENGTH, Particulars
from lettergen.nhs import is_sound
from lettergen.web.base.choices import choices_of
from lettergen.web.base.context import now
from lettergen.web.base.search import DayField
from lettergen.web.register.asking import GrantsForm, require_past
from lettergen.web.register.forms import DAY_FORMATS
from lettergen.web.register.page import Opened

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]


class DiedForm(FlaskForm):  # type: ignore[misc]
    """The day on which the patient died."""

    died_on = DayField("Date of death", [InputRequired("Enter the date of death")], DAY_FORMATS)

    def validate_died_on(self, field: DayField) -> None:
        """A death lies in the past."""
        require_past(field)


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Nothing is asked: the page says what will happen."""


class WrongForm(FlaskForm):  # type: ignore[misc]
    """A form made in error, and the second person who has looked at it."""

    reason = TextAreaField(
        "What is wrong with the form?",
        [
            InputRequired("Say what is wrong"),
            Length(min=10, max=500, message="10 to 500 characters"),
        ],
        description="Such as: it is of another patient, or lists another patient’s photo",
    )
    second = SelectField("Second person", [InputRequired("Choose who has looked at it with you")])
    second_password = PasswordField(
        "Second person’s password",
        [InputRequired("The second person types their own password")],
        description="They look at the form, and type it themselves. It is not kept.",
    )


class PhotoForm(GrantsForm):
    """A photo that this consent is to cover from now on."""

    number = StringField(
        "Photo number", [InputRequired("Enter the photo’s number"), Length(max=100)]
    )
    role = SelectField("What it shows", [InputRequired("Choose what it shows")])
    taken_at = DateTimeLocalField("Taken", [InputRequired("Say when it was taken")], format=MOMENTS)
    taken_before = SelectField(
        "If it was taken before the consent: why?",
        default="",
        description="Needed only for a photo that is older than the form",
    )
    stored_in = SelectField("Where it is kept", [InputRequired("Choose where it is kept")])
    record_ref = StringField("Reference there", [Optional(), Length(max=200)])

    def offer_options(self, seen: Opened) -> None:
        """Fill in the form's own words."""
        catalogue = seen.terms.catalogue
        for field, name, none in (
            (self.role, "role", "Choose"),
            (self.taken_before, "taken_before_consent_reason", "It was taken afterwards"),
            (self.stored_in, "stored_in", "Choose"),
        ):
            options = catalogue.options(f"images[].{name}")
            field.choices = choices_of(((one.code, one.label) for one in options), none=none)

    @property
    def moment(self) -> datetime:
        """When it was taken, as the clock on the wall showed it."""
        return in_london(self.taken_at.data)


class WhoseForm(FlaskForm):  # type: ignore[misc]
    """A photo that may show somebody else."""

    image = SelectField("Which photo?", [InputRequired("Choose the photo")])
    reason = StringField("Why?", [InputRequired("Say why you think so"), Length(max=300)])
    speak_to = StringField(
        "Whom should colleagues speak to?", [InputRequired("Name somebody"), Length(max=150)]
    )


class OwnUpForm(FlaskForm):  # type: ignore[misc]
    """A use that nobody asked about first."""

    image = SelectField("Which photo?", [InputRequired("Choose the photo")])
    purpose = SelectField("What for?", [InputRequired("Choose what it was for")])
    used_at = DateTimeLocalField("When?", [InputRequired("Enter when it was used")], format=MOMENTS)
    audience = StringField(
        "Who saw it?", [InputRequired("Say who saw it"), Length(max=TEXT_LENGTH)]
    )
    place = StringField("Where?", [InputRequired("Say where"), Length(max=TEXT_LENGTH)])
    copies = IntegerField(
        "How many copies went out?",
        [
            InputRequired("Enter a number; 0 for none"),
            NumberRange(0, PEOPLE_LIMIT, message=f"Enter a number from 0 to {PEOPLE_LIMIT:,}"),
        ],
    )

    @property
    def particulars(self) -> Particulars:
        """What the log keeps."""
        return Particulars(self.audience.data or "", self.place.data or "", self.copies.data or 0)

    @property
    def moment(self) -> datetime:
        """When it was used, as the clock on the wall showed it."""
        return in_london(self.used_at.data)


class MergeForm(FlaskForm):  # type: ignore[misc]
    """Another patient whose record was merged or mixed up with this one's."""

    other = StringField(
        "The other NHS number",
        [Optional(), Length(max=20)],
        description="Blank if only this patient’s forms have to be looked at",
    )
    speak_to = StringField(
        "Whom should colleagues speak to?", [InputRequired("Name somebody"), Length(max=150)]
    )

    def validate_other(self, field: StringField) -> None:
        """A number with a wrong check digit is nobody's."""
        if not is_sound(field.data or ""):
            raise ValidationError("Check the NHS number: it has 10 digits, like 999 000 1006")


class PhoneForm(FlaskForm):  # type: ignore[misc]
    """Somebody's own telephone is clean again (NHS England, Bring your own device)."""

    is_moved = BooleanField(
        "The photo is in the clinical record",
        [InputRequired("Move the photo to the record first, then tick this")],
    )
    is_deleted = BooleanField(
        "It is deleted on the phone, and from “recently deleted” too",
        [InputRequired("Delete it on the phone, and from “recently deleted”, then tick this")],
    )
    note = StringField("Whose phone, and anything else", [Optional(), Length(max=300)])


def in_london(naive: datetime | None) -> datetime:
    """Return the moment at which clocks in the United Kingdom showed this; now for none."""
    return naive.replace(tzinfo=LONDON).astimezone(UTC) if naive else now()
