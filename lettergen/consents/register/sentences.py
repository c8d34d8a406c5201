"""What the register answers, in words: a reason code and its sentence."""

from enum import StrEnum

YES, NO, CHECK = "YES", "NO", "CHECK"


class Reason(StrEnum):
    """Why the register answers as it does: the codes of its fifteen steps."""

    OK = "ok"
    WRONG_PATIENT = "wrong_patient"
    IMAGE_NOT_COVERED = "image_not_covered"
    ENTERED_IN_ERROR = "entered_in_error"
    REFUSED = "refused"
    NEVER_ASKED = "never_asked"
    BEFORE_CONSENT = "before_consent"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    CHILD_NOW_16 = "child_now_16"
    AUTHORITY_CHANGED = "authority_changed"
    PATIENT_DIED = "patient_died"
    OUTSIDE_SCOPE = "outside_scope"
    DIFFERENT_OUTLET = "different_outlet"
    INTIMATE_LIMIT = "intimate_limit"
    COPY_TO_DELETE = "copy_to_delete"


ANSWERS: dict[Reason, tuple[str, str]] = {
    Reason.OK: (YES, "Yes, for {scope}, {until}. Grant {number}."),
    Reason.WRONG_PATIENT: (NO, "This photo is not this patient's. Stop and report."),
    Reason.IMAGE_NOT_COVERED: (NO, "No consent form covers this photo."),
    Reason.ENTERED_IN_ERROR: (NO, "The form was made in error."),
    Reason.REFUSED: (NO, "The patient said no."),
    Reason.NEVER_ASKED: (NO, "We have not asked."),
    Reason.BEFORE_CONSENT: (NO, "Consent came later than this date."),
    Reason.WITHDRAWN: (NO, "The patient changed their mind on {date}."),
    Reason.EXPIRED: (NO, "Consent ended on {date}. Ask again."),
    Reason.SUSPENDED: (CHECK, "On hold: {why}. Speak to {who}."),
    Reason.CHILD_NOW_16: (CHECK, "The patient is 16 now, and a parent agreed. Ask the patient."),
    Reason.AUTHORITY_CHANGED: (
        CHECK,
        "The person who agreed may no longer decide. Ask the patient.",
    ),
    Reason.PATIENT_DIED: (
        CHECK,
        "The patient has died. Follow known wishes; ask the Caldicott Guardian.",
    ),
    Reason.OUTSIDE_SCOPE: (NO, "Agreed only for {scope}."),
    Reason.DIFFERENT_OUTLET: (NO, "Agreed only for {scope}."),
    Reason.INTIMATE_LIMIT: (NO, "Intimate photos are for care only."),
    Reason.COPY_TO_DELETE: (CHECK, "This copy should have gone."),
}
TWO_PATIENTS = "This photo is linked to more than one patient. Stop and report. Say whose it is."


def word_of(reason: Reason) -> str:
    """Return YES, NO or CHECK."""
    return ANSWERS[reason][0]


def sentence_of(reason: Reason, **values: str) -> str:
    """Return the sentence with its blanks filled in."""
    return ANSWERS[reason][1].format(**values)
