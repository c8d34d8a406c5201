"""The reply as it can be read before it goes, from the catalogue in the practice's own words."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.requests.catalogue.grammar import Reply
from lettergen.requests.catalogue.marks import filled
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.triage import Decision
from lettergen.web.base.context import actor
from lettergen.web.triage.form import Typed


def reply_of(session: Session, own: Terms, decision: Decision, typed: Typed) -> tuple[str, ...]:
    """Return the paragraphs of the reply that a decision names; none where it names no reply."""
    reply = own.catalogue.replies.get(decision.letter)
    if reply is None:
        return ()
    practice = accounts.practice_of(session, actor()).name
    return tuple(
        filled(text, practice, patient=_name(typed))
        for text in _paragraphs(reply, own, decision, typed)
        if text
    )


def _paragraphs(reply: Reply, own: Terms, decision: Decision, typed: Typed) -> Iterator[str]:
    is_nameless = decision.nameless or not _name(typed)
    yield from reply.nameless if is_nameless else reply.named
    yield reply.missing.get(typed.given.get("consent", ""), "")
    yield reply.authority
    yield reply.route_for(typed.type_key)
    yield from (own.catalogue.replies[code].added for code in decision.also)
    yield reply.reopens


def _name(typed: Typed) -> str:
    words = (typed["patient_given_name"].strip(), typed["patient_family_name"].strip())
    return " ".join(word for word in words if word)
