"""A form made in error: it never was consent, which two people say; that is no withdrawal."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, histories
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind, State
from lettergen.models import Actor, ConsentTask, NotAllowed
from lettergen.refusals import Refused


def invalidate(
    session: Session,
    terms: Terms,
    actor: Actor,
    record_id: str,
    *,
    second: Actor,
    reason: str,
    at: datetime,
) -> list[ConsentTask]:
    """Void a whole form that is of the wrong patient or photo; return the tasks that follow.

    Copies made under it have to go as after a withdrawal. Raises NotFound; NotAllowed for two who
    are one, or of whom one is neither clinician nor manager; NotPossible without a reason;
    Refused for a form that is void already.
    """
    if second.practice_id != actor.practice_id or second.staff_id == actor.staff_id:
        raise NotAllowed("Another person of the practice has to look at the form and agree.")
    if not (actor.roles & {"clinician", "manager"} and second.roles & {"clinician", "manager"}):
        raise NotAllowed("Two clinicians or managers have to agree that the form is wrong.")
    histories.queue(session, actor)
    found = [
        one
        for one in histories.of_record(session, actor, record_id)
        if one.state(at) is not State.VOID
    ]
    if not found:
        raise Refused("This form was marked as made in error already.")
    details = {"reason": reason.strip(), "second": second.name}
    said = Said("staff", actor.name, "desk", at, details)
    done = [
        changes.happen(
            session,
            terms,
            actor,
            one,
            Kind.FOUND_WRONG,
            said=said,
            at=at,
            second_name=second.name,
        )
        for one in found
    ]
    events.tell(session, actor, [one.event for one in done], at=at)
    return [task for one in done for task in one.tasks]
