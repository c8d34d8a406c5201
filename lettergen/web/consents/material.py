"""What a patient was shown of an article: its hash is noted in the set-up, the file is not kept."""

import hashlib
from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.consents import asking
from lettergen.consents.asking import keeping, whose
from lettergen.models import SET_UP
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, terms
from lettergen.web.base.entry import enter
from lettergen.web.base.uploads import MEGABYTE, file_sent, takes_file

consent_material = Blueprint("consent_material", __name__)

MOST = 10
_CHOOSE = "Choose the PDF first."
_NO_PDF = "This file is no PDF of at most 10 MB. Save the article as a PDF, and choose it again."
ARTICLE = "purposes.publish."


@consent_material.post("/consents/<consent_id>/material")
@enter("clinician", "reception")
@takes_file(MOST)
def keep(consent_id: str) -> ResponseReturnValue:
    """Note name and hash of the PDF that was shown."""
    with looking() as session:
        asking.draft(session, actor(), consent_id)
    try:
        data = _pdf(file_sent("file", _CHOOSE))
    except Refused as refusal:
        flash(str(refusal), "important")
    else:
        _note(consent_id, data, request.files["file"].filename or "article.pdf")
    address = url_for("consenting.consent", consent_id=consent_id, _anchor="material")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _pdf(data: bytes) -> bytes:
    if not data.startswith(b"%PDF-") or len(data) > MOST * MEGABYTE:
        raise Refused(_NO_PDF)
    return data


def _note(consent_id: str, data: bytes, name: str) -> None:
    with changing() as session:
        one = keeping.lock(session, actor().practice_id, consent_id, SET_UP)
        tree = dict(one.answers)
        tree["purposes"] = {key: dict(given) for key, given in tree["purposes"].items()}
        whose.put(tree, f"{ARTICLE}material_sha256", hashlib.sha256(data).hexdigest())
        whose.put(tree, f"{ARTICLE}material_file", name[:200])
        asking.save(
            session,
            terms(session).catalogue,
            actor(),
            consent_id,
            tree,
            revision=one.revision,
            at=now(),
        )
