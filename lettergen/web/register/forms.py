"""What the register asks: about a photo and a purpose, a patient, and a use that follows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.register.asked import LONGEST_NUMBER
from lettergen.consents.register.tasks import NOTE_LENGTH
from lettergen.consents.register.using import (
    LEAST_ADVICE,
    PEOPLE_LIMIT,
    TEXT_LENGTH,
    Advice,
    Particulars,
)
from lettergen.web.base.choices import choices_of
from lettergen.web.base.search import DayField, PatientForm

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
CHOOSE = "Choose what it is for"


class QuestionForm(PatientForm):
    """May we use this photo, or this patient's photos, for this purpose, on this day?"""

    image = StringField("Photo number", [Optional(), Length(max=LONGEST_NUMBER)])
    purpose = SelectField("What for?", [InputRequired(CHOOSE)])
    on = DayField("On which day?", [Optional()], DAY_FORMATS)
    use = StringField("Who will see it, or where?", [Optional(), Length(max=TEXT_LENGTH)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Without a photo or a patient there is nothing to ask about."""
        is_sound = super().validate(extra_validators)
        if self.image_number or self.names_patient:
            return is_sound
        self.image.errors = ["Enter a photo number, or say whose photo"]
        return False

    @property
    def image_number(self) -> str:
        """The photo's number as typed."""
        return (self.image.data or "").strip()

    @property
    def names_patient(self) -> bool:
        """Is anything said about whose photo it is?"""
        typed = (self.nhs_number.data or "", self.family_name.data or "")
        return any(text.strip() for text in typed) or self.has_birth_date


class FindForm(PatientForm):
    """A patient, or a photo, whose forms are looked for."""

    image = StringField("Photo number", [Optional(), Length(max=LONGEST_NUMBER)])

    @property
    def besides(self) -> dict[str, Any]:
        """The photo's number."""
        return {"image_id": (self.image.data or "").strip()}


class UseForm(Form):
    """A use that is about to happen: for whom, where, how many copies leave the practice."""

    image = StringField("Photo", [InputRequired("Ask the register first"), Length(max=200)])
    purpose = SelectField("What for", [InputRequired(CHOOSE)])
    patient = StringField("Patient", [Length(max=20)])
    audience = StringField(
        "Who will see it?",
        [InputRequired("Say who will see it"), Length(max=TEXT_LENGTH)],
        description="As the form names them",
    )
    place = StringField(
        "Where?",
        [InputRequired("Say where, like: seminar room, on screen"), Length(max=TEXT_LENGTH)],
        description="A room, a system, a website",
    )
    event_name = StringField("Occasion", [Optional(), Length(max=TEXT_LENGTH)])
    copies = IntegerField(
        "How many copies leave your hands?",
        [
            InputRequired("Enter a number; 0 for none"),
            NumberRange(0, PEOPLE_LIMIT, message=f"Enter a number from 0 to {PEOPLE_LIMIT:,}"),
        ],
        description="0 if it is only shown. Handouts, files and emails count.",
    )
    channel = SelectField("How is it sent?", validate_choice=False)
    is_hidden = BooleanField("Done: nothing shows who it is")
    advice_by = StringField("Caldicott Guardian’s name", [Optional(), Length(max=150)])
    advice = TextAreaField("Why it may go on", [Optional(), Length(max=TEXT_LENGTH)])

    def validate_advice_by(self, _field: StringField) -> None:
        """A name alone is no advice."""
        if len((self.advice.data or "").strip()) < LEAST_ADVICE:
            self.advice.errors = ["Write why it may go on, in 10 characters or more"]
            raise ValidationError("Write why it may go on, in 10 characters or more")

    def offer(self, catalogue: Catalogue, channels: Iterable[str]) -> None:
        """Fill the lists with the purposes, and with the ways to send of this practice."""
        self.purpose.choices = purposes_of(catalogue)
        field = catalogue.field("purposes.share_care.channel")
        ways = ((code, field.label_of(code)) for code in channels)
        self.channel.choices = choices_of(ways, none="It is not sent")

    @property
    def particulars(self) -> Particulars:
        """What the log keeps; only after `validate`."""
        return Particulars(
            audience=self.audience.data or "",
            place=self.place.data or "",
            copies=self.copies.data or 0,
            event_name=self.event_name.data or "",
        )

    @property
    def decided(self) -> Advice | None:
        """What the Caldicott Guardian said of a photo of somebody who has died."""
        if not (self.advice_by.data or "").strip():
            return None
        return Advice((self.advice_by.data or "").strip(), (self.advice.data or "").strip())


class NoteForm(FlaskForm):  # type: ignore[misc]
    """What was done about a task, or about copies that were out."""

    note = TextAreaField("What was done?", [Optional(), Length(max=NOTE_LENGTH)])


class LetterForm(FlaskForm):  # type: ignore[misc]
    """Where a letter goes, and what went wrong with a form."""

    address = TextAreaField("Address, if it goes by post", [Optional(), Length(max=500)])
    reason = TextAreaField(
        "What went wrong, in words for the patient", [Optional(), Length(max=400)]
    )


class SpanForm(Form):
    """The days that figures are about."""

    since = DayField("From", [InputRequired("Enter the first day")], DAY_FORMATS)
    until = DayField("To", [InputRequired("Enter the last day")], DAY_FORMATS)

    def validate_until(self, field: DayField) -> None:
        """The span of days runs forwards."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day must be the same as or after the first")

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day; only after `validate`."""
        return self.since.data or date.min, self.until.data or date.max


def purposes_of(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return the purposes as choices, by the names that staff know."""
    return choices_of(((one.key, one.title) for one in catalogue.purposes), none="Choose")
