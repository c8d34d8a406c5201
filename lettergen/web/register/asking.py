"""What is asked before something happens to a consent: one small form for each thing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from flask_wtf import FlaskForm
from wtforms import (
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from lettergen.calendar import LONDON, local_day
from lettergen.consents.form.days import end_of
from lettergen.consents.register.grants import AUTHORITY
from lettergen.consents.register.holding import DOUBTS
from lettergen.consents.register.scopes import described
from lettergen.models import ConsentGrant, ConsentImage
from lettergen.web.base.choices import choices_of
from lettergen.web.base.context import now
from lettergen.web.base.search import DayField
from lettergen.web.register.forms import DAY_FORMATS
from lettergen.web.register.page import Opened

FACTS = {
    "full name": "Full name",
    "date of birth": "Date of birth",
    "address": "Address or postcode",
    "telephone": "Telephone number on the record",
    "NHS number": "NHS number",
}
ENOUGH_FACTS = 3
WHO = {
    "patient": "The patient",
    "parent": "A parent, or who has parental responsibility",
    "attorney": "An attorney for health and welfare",
    "deputy": "A deputy for health and welfare",
}
WAYS = {
    "desk": "In person",
    "telephone": "By telephone",
    "letter": "By letter",
    "email": "By email",
}
CAUSES = {
    "doubt": "A doubt about the consent",
    "complaint": "A complaint",
    "capacity": "A doubt whether the patient could decide",
    "image_query": "The photo may be somebody else’s",
    "merge": "Records of two patients were merged or mixed up",
    "representative": "A representative objects after a death",
    "authority_ended": "Whoever agreed may no longer decide",
    "dispute": "Those who may decide disagree",
    "regained_capacity": "The patient may be able to decide now",
}


def _today() -> date:
    return local_day(now())


class GrantsForm(FlaskForm):  # type: ignore[misc]
    """Which uses it is about: those of the form that stand in the way that is needed."""

    grant_ids = SelectMultipleField("Which uses?", [InputRequired("Choose at least one use")])

    def offer(self, seen: Opened, grant_ids: Iterable[str]) -> None:
        """Fill in the uses by name; one alone is chosen already."""
        wanted = set(grant_ids)
        pairs = [
            (one.grant.id, seen.title(one.grant.purpose))
            for one in seen.histories
            if one.grant.id in wanted
        ]
        self.grant_ids.choices = choices_of(pairs, none="")[1:]
        if len(pairs) == 1 and not self.is_submitted():
            self.grant_ids.data = [pairs[0][0]]


class GrantForm(FlaskForm):  # type: ignore[misc]
    """Which one use it is about."""

    grant_id = RadioField("Which use?", [InputRequired("Choose a use")])

    def offer(self, seen: Opened, grant_ids: Iterable[str]) -> None:
        """Fill in the uses with what was agreed; one alone is chosen already."""
        wanted = set(grant_ids)
        pairs = [
            (one.grant.id, _with_scope(seen, one.grant))
            for one in seen.histories
            if one.grant.id in wanted
        ]
        self.grant_id.choices = choices_of(pairs, none="")[1:]
        if len(pairs) == 1 and not self.is_submitted():
            self.grant_id.data = pairs[0][0]


class LessForm(GrantForm):
    """What is still allowed of one use."""

    only_for = StringField(
        "Only for",
        [Optional(), Length(max=300)],
        description="One of the things that were agreed, in the same words. Blank leaves it.",
    )
    only_until = DayField(
        "Only until",
        [Optional()],
        DAY_FORMATS,
        description="An earlier last day. Blank leaves it.",
    )
    leave_out = SelectMultipleField("Photos that may no longer be used")

    def offer_photos(self, images: Iterable[ConsentImage]) -> None:
        """Fill in the photos by number."""
        pairs = [(one.id, str(one.number)) for one in images]
        self.leave_out.choices = choices_of(pairs, none="")[1:]

    def validate_leave_out(self, field: SelectMultipleField) -> None:
        """Something has to be less."""
        has_less = (self.only_for.data or "").strip() or self.only_until.data or field.data
        if not has_less and not self.only_until.errors:
            raise ValidationError("Say what is less: for whom, until when, or which photos")


class SaidForm(FlaskForm):  # type: ignore[misc]
    """Who said something, how it reached the practice, on which day, and how they were known."""

    by_role = RadioField(
        "Who says so?",
        [InputRequired("Say who says so")],
        choices=choices_of(WHO.items(), none="")[1:],
    )
    by_name = StringField(
        "Their name",
        [Length(max=150)],
        description="Leave it blank if it is the patient",
    )
    how = RadioField(
        "How did it reach you?",
        [InputRequired("Say how it reached you")],
        choices=choices_of(WAYS.items(), none="")[1:],
    )
    facts = SelectMultipleField(
        "By telephone: which facts matched?",
        choices=choices_of(FACTS.items(), none="")[1:],
        description="Ask for three, and compare them with the record",
    )
    said_on = DayField(
        "On which day?", [InputRequired("Enter the day")], DAY_FORMATS, default=_today
    )

    def validate_by_name(self, field: StringField) -> None:
        """Somebody who speaks for the patient has a name."""
        if self.by_role.data not in ("patient", None) and not (field.data or "").strip():
            raise ValidationError("Enter the name of who speaks for the patient")

    def validate_facts(self, field: SelectMultipleField) -> None:
        """A voice on the telephone is checked by three facts (photo-consent rules of the house)."""
        if self.how.data == "telephone" and len(field.data or ()) < ENOUGH_FACTS:
            raise ValidationError("By telephone, three facts have to match. Tick which did")

    def validate_said_on(self, field: DayField) -> None:
        """Nobody has said anything tomorrow."""
        require_past(field)

    @property
    def check(self) -> str:
        """How a caller was known."""
        facts = ", ".join(self.facts.data or ())
        return f"{facts} matched" if self.how.data == "telephone" else ""

    def speaker(self, seen: Opened) -> str:
        """Return the name of who speaks."""
        typed = (self.by_name.data or "").strip()
        return typed or str(seen.patient["full_name"])


class WithdrawForm(GrantsForm, SaidForm):
    """A change of mind: no reason is needed."""

    reason = StringField(
        "Anything they said about it",
        [Optional(), Length(max=300)],
        description="Nobody has to give a reason. Do not ask for one.",
    )


class NarrowForm(LessForm, SaidForm):
    """Less than was agreed: for fewer people, for a shorter time, or for fewer photos."""


class SuspendForm(GrantsForm):
    """A doubt, and who can clear it."""

    cause = RadioField(
        "What is it about?",
        [InputRequired("Say what it is about")],
        choices=choices_of(((one, CAUSES[one]) for one in (*DOUBTS, *sorted(AUTHORITY))), none="")[
            1:
        ],
    )
    reason = StringField("Why?", [InputRequired("Say why it is put on hold"), Length(max=300)])
    speak_to = StringField(
        "Whom should colleagues speak to?",
        [InputRequired("Name somebody to speak to"), Length(max=150)],
        description="The register says it with every CHECK",
    )


class ResumeForm(GrantForm):
    """What cleared the doubt."""

    reason = StringField(
        "What cleared the doubt?", [InputRequired("Say what cleared the doubt"), Length(max=300)]
    )


class PublishedForm(GrantForm):
    """The article is out."""

    reference = StringField(
        "DOI or reference", [InputRequired("Enter the DOI or reference"), Length(max=300)]
    )
    published_on = DayField(
        "Published on", [InputRequired("Enter the day")], DAY_FORMATS, default=_today
    )

    def validate_published_on(self, field: DayField) -> None:
        """An article that is not out yet may still be stopped."""
        require_past(field)


def moment_on(day: date | None, *, signed_at: datetime) -> datetime:
    """Return a moment on a day that somebody names without a time.

    Today it is now; on an earlier day the same hour, so that two of one day stay apart, or the end
    of the day on which the form was signed later than that.
    """
    at = now()
    if day is None or day >= local_day(at):
        return at
    moment = datetime.combine(day, at.astimezone(LONDON).timetz()).astimezone(UTC)
    return end_of(day) if moment < signed_at and day == local_day(signed_at) else moment


def require_past(field: DayField) -> None:
    """Raise ValidationError for a day that has not come."""
    if field.data and field.data > _today():
        raise ValidationError("This day lies in the future. Check the date")


def _with_scope(seen: Opened, grant: ConsentGrant) -> str:
    return f"{seen.title(grant.purpose)}: {described(grant.purpose, grant.scope)}"
