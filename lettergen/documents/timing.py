"""The time spent on what is being written: counted as it is saved, logged if it is thrown away."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor, ConsentDraft, Draft


def count(draft: Draft | ConsentDraft, actor: Actor, seconds: int, *, at: datetime) -> None:
    """Note who saved a draft and when, and add the seconds that it was actively worked on."""
    # Two windows may count at once: no more time was spent than has passed.
    elapsed = max(0, int((at - draft.saved_at).total_seconds()))
    draft.seconds += min(max(0, seconds), elapsed)
    draft.saved_at, draft.saved_by = at, actor.staff_id


def log_discarded(
    session: Session,
    actor: Actor,
    draft: Draft | ConsentDraft,
    kind: str,
    *,
    slug: str,
    at: datetime,
    family: str | None = None,
) -> None:
    """Put the time spent on a draft that is thrown away into the log of work, if there was any."""
    if not draft.seconds:
        return
    workload.note(
        session,
        actor,
        kind,
        at=at,
        outcome="discarded",
        family=family,
        slug=slug,
        seconds=draft.seconds,
    )
