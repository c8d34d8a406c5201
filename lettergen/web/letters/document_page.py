"""The page of an issued letter: what to do with it, what became of it, and the facts about it."""

from flask import render_template

from lettergen import documents
from lettergen.consents.papers import telling
from lettergen.definitions import BrokenDefinition
from lettergen.requests.steps import billing, releasing
from lettergen.web.base.context import actor, looking, now, office
from lettergen.web.letters import story
from lettergen.web.letters.hand_over import Asked, hand_over_of

_ORDER = (documents.LETTER, documents.PATIENT, documents.LARGE)


def show(
    document_id: str, *, refusal: str = "", reason: str = "", asked: Asked | None = None
) -> str:
    """Return the page. `refusal` and `reason` are of the form that voids; `asked` is what was
    typed into the form that makes a link.

    Raises documents.NotFound for another practice's letter.
    """
    with looking() as session:
        found = documents.get(session, actor(), document_id)
        content = found.content
        return render_template(
            "web/letters/document.html",
            found=found,
            content=content,
            files=sorted(found.files, key=lambda one: _ORDER.index(one.kind)),
            names=story.NAMES,
            file_names={one.kind: documents.file_name(found, one.kind) for one in found.files},
            roles=actor().roles,
            refusal=refusal,
            reason=reason,
            hand_over=hand_over_of(session, found, content, asked) if content else None,
            story=story.lines(session, found.id),
            has_form=found.slug in office().library.folders.slugs(),
            sending=_sending(found.slug),
            consent=telling.about(session, actor(), found.id),
            asked=releasing.request_of(session, actor(), found.id),
            not_voidable=billing.why_not_voidable(session, actor(), found.id),
            held_back=releasing.held_back(session, actor(), found.id, at=now()),
        )


def _sending(slug: str) -> str:
    """Return where letters of a kind go once they are signed, as its form says; or nothing."""
    library = office().library
    if slug not in library.folders.slugs():
        return ""
    try:
        return library.get(slug).sending
    except BrokenDefinition:
        return ""
