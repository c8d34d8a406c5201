"""How each thing is done to a consent that is filed, once its form is filled in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.calendar import local_day
from lettergen.consents.form.moments import start_of
from lettergen.consents.register import (
    holding,
    narrowing,
    photos,
    tasks,
    using,
    voiding,
    withdrawing,
)
from lettergen.consents.register.grants import NotPossible
from lettergen.consents.register.narrowing import Narrower
from lettergen.consents.register.photos import Photo
from lettergen.consents.register.scopes import LIMITS
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, now
from lettergen.web.register import asking as ask
from lettergen.web.register import noting as note
from lettergen.web.register.page import Opened, images_of


class WrongPassword(Refused):
    """The second person's password is not right."""


@dataclass(frozen=True)
class Done:
    """What to say afterwards, and the task to go on with, where there is one."""

    message: str
    task_id: str | None = None


def withdraw(session: Session, seen: Opened, form: ask.WithdrawForm) -> Done:
    """End what the patient changed their mind about; go on to the letter."""
    chosen = form.grant_ids.data or ()
    signed_at = _signed_at(seen, chosen)
    done = withdrawing.withdraw(
        session,
        seen.terms,
        actor(),
        chosen,
        how=form.how.data or "",
        by_name=form.speaker(seen),
        by_role=form.by_role.data or "",
        said_at=ask.moment_on(form.said_on.data, signed_at=signed_at),
        at=now(),
        check=form.check,
        reason=(form.reason.data or "").strip(),
    )
    letter = next((one.id for one in done.tasks if one.kind == tasks.LETTER), None)
    return Done("Withdrawn: it counts from now on, in every answer of the register.", letter)


def narrow(session: Session, seen: Opened, form: ask.NarrowForm) -> Done:
    """Replace one consent by one that allows less."""
    history = next(one for one in seen.histories if one.grant.id == form.grant_id.data)
    grant = history.grant
    only_for, scope = (form.only_for.data or "").strip(), None
    if only_for:
        names = LIMITS[grant.purpose]
        if not names:
            raise NotPossible("Who sees a photo in the record cannot be narrowed here.")
        is_list = isinstance(grant.scope.get(names[0]), list)
        scope = {**grant.scope, names[0]: [only_for] if is_list else only_for}
    left = set(form.leave_out.data or ())
    kept = {one.id for one in images_of(session, seen)} - left if left else None
    narrowing.narrow(
        session,
        seen.terms,
        actor(),
        grant.id,
        Narrower(scope, form.only_until.data, kept),
        how=form.how.data or "",
        by_name=form.speaker(seen),
        by_role=form.by_role.data or "",
        said_at=ask.moment_on(form.said_on.data, signed_at=grant.signed_at),
        at=now(),
    )
    return Done("Narrowed: only what the patient still allows is live.")


def suspend(session: Session, seen: Opened, form: ask.SuspendForm) -> Done:
    """Put uses on hold."""
    holding.suspend(
        session,
        seen.terms,
        actor(),
        form.grant_ids.data or (),
        reason=form.reason.data or "",
        speak_to=form.speak_to.data or "",
        cause=form.cause.data or "",
        at=now(),
    )
    return Done("On hold: the register says CHECK until the doubt is cleared.")


def resume(session: Session, seen: Opened, form: ask.ResumeForm) -> Done:
    """Take a use up again."""
    reason = form.reason.data or ""
    holding.resume(session, seen.terms, actor(), form.grant_id.data or "", reason=reason, at=now())
    return Done("Taken up again: it is live.")


def published(session: Session, seen: Opened, form: ask.PublishedForm) -> Done:
    """Note that the article is out."""
    signed_at = _signed_at(seen, [form.grant_id.data or ""])
    holding.published(
        session,
        seen.terms,
        actor(),
        form.grant_id.data or "",
        reference=form.reference.data or "",
        published_at=ask.moment_on(form.published_on.data, signed_at=signed_at),
        at=now(),
    )
    return Done("Noted: the article is out, and nothing more may be published under this consent.")


def died(session: Session, seen: Opened, form: note.DiedForm) -> Done:
    """Note the patient’s death."""
    number = str(seen.patient["nhs_number"])
    died_at = start_of(form.died_on.data or local_day(now()))
    holding.died(session, seen.terms, actor(), number, died_at=died_at, at=now())
    return Done("Noted. What goes beyond the patient’s own care is CHECK from that day on.")


def can_decide(session: Session, seen: Opened, _form: note.ConfirmForm) -> Done:
    """Hold what others decided until the patient is asked."""
    number = str(seen.patient["nhs_number"])
    holding.regained_capacity(session, seen.terms, actor(), number, at=now())
    return Done("On hold until the patient has been asked. A task is open for it.")


def wrong(session: Session, seen: Opened, form: note.WrongForm) -> Done:
    """Void the form, with the password of a second person who has looked at it."""
    staff = accounts.staff_member(session, actor(), form.second.data or "")
    password = form.second_password.data or ""
    if not accounts.is_password_of(staff.password_hash, password):
        g.is_wrong_password = True
        raise WrongPassword(f"This is not {staff.name}’s password. They type it themselves.")
    opened = voiding.invalidate(
        session,
        seen.terms,
        actor(),
        seen.record.id,
        second=accounts.actor_of(staff),
        reason=form.reason.data or "",
        at=now(),
    )
    letter = next((one.id for one in opened if one.kind == tasks.TELL_PATIENT), None)
    return Done("Marked as made in error: it never was consent.", letter)


def link_photo(session: Session, seen: Opened, form: note.PhotoForm) -> Done:
    """Let the consent cover one more photo."""
    photo = Photo(
        number=form.number.data or "",
        role=form.role.data or "",
        taken_at=form.moment,
        stored_in=form.stored_in.data or "",
        record_ref=form.record_ref.data or "",
        taken_before_reason=form.taken_before.data or "",
    )
    photos.link(
        session,
        seen.terms,
        actor(),
        seen.record.id,
        photo=photo,
        grant_ids=form.grant_ids.data or (),
        at=now(),
    )
    return Done("Linked: this consent covers the photo from now on.")


def own_up(session: Session, seen: Opened, form: note.OwnUpForm) -> Done:
    """Log a use that nobody asked about first."""
    used = using.own_up(
        session,
        seen.terms,
        actor(),
        image_id=form.image.data or "",
        purpose=form.purpose.data or "",
        particulars=form.particulars,
        used_at=form.moment,
        at=now(),
        patient=str(seen.patient["nhs_number"]),
    )
    word = used.answer.word
    return Done(f"Logged. The register’s answer for that day: {word}. {used.answer.sentence}")


def doubt_photo(session: Session, seen: Opened, form: note.WhoseForm) -> Done:
    """Hold everything that covers a photo, whichever form says so."""
    holding.doubt_image(
        session,
        seen.terms,
        actor(),
        form.image.data or "",
        reason=form.reason.data or "",
        speak_to=form.speak_to.data or "",
        at=now(),
    )
    return Done("On hold: every consent that covers this photo is CHECK until somebody has looked.")


def merge(session: Session, seen: Opened, form: note.MergeForm) -> Done:
    """Hold everything of patients who were mixed up."""
    numbers = [str(seen.patient["nhs_number"]), *filter(None, [(form.other.data or "").strip()])]
    holding.doubt_patients(
        session, seen.terms, actor(), numbers, speak_to=form.speak_to.data or "", at=now()
    )
    return Done("On hold: nothing was moved. A person has to see whose each form and photo is.")


def _signed_at(seen: Opened, grant_ids: Collection[str]) -> datetime:
    return max(one.grant.signed_at for one in seen.histories if one.grant.id in grant_ids)
