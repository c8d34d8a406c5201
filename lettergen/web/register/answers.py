"""The register question as a page asks it: of one photo, or of every photo of a patient."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import nhs
from lettergen.calendar import local_day
from lettergen.consents.register import asked as register
from lettergen.consents.register import finding, histories, photos, scopes
from lettergen.consents.register.asked import Answer
from lettergen.consents.register.sentences import CHECK, YES, Reason
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, now
from lettergen.web.register.forms import QuestionForm

MOST_PHOTOS = 12
# No patient has it: what is asked for somebody whom the register does not know is answered by NO.
NOBODY = "0000000000"


class TwoPatients(Refused):
    """A surname and birth date stand for more than one patient."""


@dataclass(frozen=True)
class Asked:
    """One answer, and what belongs to it: the grant's last day, its record, what has to be hidden.

    `may_log` says that a use today can be logged straight away, `after_death` that the Caldicott
    Guardian may decide.
    """

    image: str
    patient: str
    answer: Answer
    valid_until: date | None
    record_id: str | None
    reference: str
    hidden: tuple[str, ...]
    may_log: bool
    after_death: bool

    @property
    def is_yes(self) -> bool:
        return self.answer.word == YES

    @property
    def is_check(self) -> bool:
        return self.answer.word == CHECK


@dataclass(frozen=True)
class Answers:
    """The answers to one question; `left_out` is how many photos of the patient were not asked."""

    found: tuple[Asked, ...]
    on: date
    left_out: int = 0
    is_patient_unknown: bool = False


def ask(session: Session, form: QuestionForm) -> Answers:
    """Ask the register, which logs it, about the photo or about each of the patient's photos.

    Raises TwoPatients where a surname and a birth date name several.
    """
    on = form.on.data or local_day(now())
    patient = _patient(session, form, on)
    if form.image_number:
        return Answers((_ask(session, form, form.image_number, patient, on),), on)
    known = photos.of_patient(session, actor(), patient or NOBODY)
    if not known:
        nothing = _ask(session, form, "", patient or NOBODY, on)
        return Answers((nothing,), on, is_patient_unknown=True)
    numbers = list(dict.fromkeys(str(one.number) for one in known))
    asked = tuple(_ask(session, form, one, patient, on) for one in numbers[:MOST_PHOTOS])
    return Answers(asked, on, left_out=len(numbers[MOST_PHOTOS:]))


def _patient(session: Session, form: QuestionForm, on: date) -> str | None:
    """Return the NHS number that is meant; NOBODY for somebody unknown, None if nobody is named."""
    if form.nhs_number.data and form.nhs_number.data.strip():
        return nhs.digits_of(form.nhs_number.data)
    if not form.names_patient:
        return None
    found = finding.find(
        session, actor(), on=on, family_name=form.family_name.data, date_of_birth=form.born
    )
    numbers = {nhs.digits_of(one.nhs_number) for one in found}
    if len(numbers) > 1:
        raise TwoPatients(
            "More than one patient has this surname and birth date. Enter the NHS number instead."
        )
    return numbers.pop() if numbers else NOBODY


def _ask(session: Session, form: QuestionForm, image: str, patient: str | None, on: date) -> Asked:
    answer = register.ask(
        session,
        actor(),
        image_id=image,
        purpose=form.purpose.data or "",
        on=on,
        at=now(),
        use=(form.use.data or "").strip() or None,
        patient=patient,
    )
    return described(session, answer, image, patient or "", on=on, at=now())


def described(
    session: Session, answer: Answer, image: str, patient: str, *, on: date, at: datetime
) -> Asked:
    """Return an answer with what its grant says."""
    is_today = on == local_day(at)
    history = None
    if answer.grant_id:
        history = histories.of_grants(session, actor(), [answer.grant_id])[0]
    return Asked(
        image=image,
        patient=patient,
        answer=answer,
        valid_until=history.grant.valid_until if history else None,
        record_id=history.record.id if history else None,
        reference=history.record.reference if history else "",
        hidden=tuple(scopes.hidden_things(history.grant.scope)) if history else (),
        may_log=is_today and answer.word == YES,
        after_death=is_today and answer.reason == Reason.PATIENT_DIED,
    )
