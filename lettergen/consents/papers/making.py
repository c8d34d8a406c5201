"""Sheets about a consent, rendered and ready to be issued like any letter."""

from collections.abc import Mapping
from typing import Any

from lettergen import letters
from lettergen.consents.form.catalogue import SLUG, Catalogue
from lettergen.documents import Made
from lettergen.rendering import Renderer, Sheet

FAMILY = "photo-consent"


def ready(
    renderer: Renderer,
    sheets: Mapping[str, Sheet],
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    title: str,
    file_name: str,
    author_id: str | None,
    signer_id: str | None,
    seconds: int | None = None,
) -> Made:
    """Return what `documents.issue_made` seals and stores: every sheet as a PDF, and the page.

    `sheets` are those of `paper.signed` or of a letter about a consent, with a reference in their
    heading. `title` is how staff find the document. Raises what the renderer refuses.
    """
    values = next(iter(sheets.values())).values
    return Made(
        slug=SLUG,
        title=title,
        family=FAMILY,
        version=catalogue.version,
        minutes=catalogue.minutes,
        reference=values["letter"]["reference"],
        files={kind: renderer.render(sheet) for kind, sheet in sheets.items()},
        page=renderer.page(letters.page(sheets)),
        content={
            "answers": dict(answers),
            "typed": {},
            "patient": values["patient"],
            "signer": values["signer"],
            "practice": values["practice"],
            "warnings": [],
            "addressee": values["letter"]["addressee"],
            "file_name": file_name,
            "dated": values["letter"]["date"],
        },
        author_id=author_id,
        signer_id=signer_id,
        seconds=seconds,
    )
