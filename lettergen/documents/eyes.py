"""For whose eyes: what answers a restricted request is there for those who may see that request."""

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union_all
from sqlalchemy.orm import Session

from lettergen.models import Actor, Document, Draft, Invoice, MoneyPaper, Payment, Request, Work

FOR_RESTRICTED = frozenset({"clinician", "manager"})


def requests_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that requests are of the actor's practice and for the actor's eyes.

    A restricted one is for clinicians, managers, whoever decided it or has it; and for actors who
    are no member of staff, such as the holder of its own link.
    """
    mine = Request.practice_id == actor.practice_id
    if _sees_all(actor):
        return mine
    own = or_(Request.decided_by == actor.staff_id, Request.assigned_to == actor.staff_id)
    return mine & or_(Request.is_restricted.is_(False), own)


def documents_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that documents are of the actor's practice and for the actor's eyes:
    letters in every version, replies, and papers about money.
    """
    mine = Document.practice_id == actor.practice_id
    if _sees_all(actor):
        return mine
    return mine & Document.id.not_in(_answers(actor.practice_id, _hidden_from(actor)))


def drafts_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that drafts are of the actor's practice and for the actor's eyes."""
    mine = Draft.practice_id == actor.practice_id
    if _sees_all(actor):
        return mine
    hidden = _hidden_from(actor)
    letters = _answers(actor.practice_id, hidden)
    begun = select(Request.draft_id).where(hidden, Request.draft_id.is_not(None))
    signed = select(Document.draft_id).where(
        Document.id.in_(letters), Document.draft_id.is_not(None)
    )
    is_new_version = and_(Draft.replaces_id.is_not(None), Draft.replaces_id.in_(letters))
    return mine & Draft.id.not_in(begun) & Draft.id.not_in(signed) & ~is_new_version


def is_restricted(session: Session, document: Document) -> bool:
    """Say whether a document answers a request that is restricted now."""
    practice_id = document.practice_id
    restricted = and_(Request.practice_id == practice_id, Request.is_restricted.is_(True))
    found = select(Document.id).where(
        Document.practice_id == practice_id,
        Document.id == document.id,
        Document.id.in_(_answers(practice_id, restricted)),
    )
    return session.scalar(found) is not None


def _sees_all(actor: Actor) -> bool:
    return actor.staff_id is None or bool(actor.roles & FOR_RESTRICTED)


def _hidden_from(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Request.practice_id == actor.practice_id,
        Request.is_restricted.is_(True),
        Request.decided_by.is_distinct_from(actor.staff_id),
        Request.assigned_to.is_distinct_from(actor.staff_id),
    )


def _answers(practice_id: str, requests: ColumnElement[bool]) -> CompoundSelect[str]:
    """Return the keys of all documents that belong to these requests.

    A request itself knows only its newest letter. Those before it, withdrawn ones and replies are
    found through the log of work, which keeps both keys for good.
    """
    keys = select(Request.id).where(requests)
    newest = select(Request.document_id).where(requests, Request.document_id.is_not(None))
    logged = select(Work.document_id).where(
        Work.practice_id == practice_id,
        Work.request_id.in_(keys),
        Work.document_id.is_not(None),
    )
    return union_all(newest, logged, _about_money(practice_id, keys))


def _about_money(practice_id: str, keys: Select[str]) -> Select[str]:
    billed = select(Invoice.id).where(
        Invoice.practice_id == practice_id, Invoice.request_id.in_(keys)
    )
    paid = select(Payment.id).where(
        Payment.practice_id == practice_id, Payment.invoice_id.in_(billed)
    )
    return select(MoneyPaper.document_id).where(
        MoneyPaper.practice_id == practice_id,
        or_(MoneyPaper.invoice_id.in_(billed), MoneyPaper.payment_id.in_(paid)),
    )
