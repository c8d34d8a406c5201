"""The page of a consent that the patient has: what is awaited, and what is written down."""

import secrets
from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy.orm import Session

from lettergen import post
from lettergen.consents import asking
from lettergen.consents.asking import Keyed
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import sheets as paper
from lettergen.consents.papers import wording
from lettergen.consents.papers.wording import Question
from lettergen.documents.inviting import email_of
from lettergen.models import ConsentDraft, Link
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, now, standing
from lettergen.web.consents.times import local_text

CHANNELS = "verbal.channel"


@dataclass(frozen=True)
class Awaited:
    """Somebody who has not signed yet, in words."""

    role: str
    names: str
    is_needed: bool


@dataclass(frozen=True)
class Mailed:
    """The patient's link: until when it works, and what became of its e-mail."""

    link: Link
    sent_to: str
    state: str


@dataclass(frozen=True)
class Written:
    """What there is of signed paper: how many pages, and what was keyed and waits for a check."""

    pages: int
    keyed: Keyed | None
    keyed_by: str
    signed_at: str
    is_mine: bool
    choices: tuple[tuple[str, str], ...]
    code: str


def page(
    session: Session,
    one: ConsentDraft,
    known: Terms,
    *,
    email: str = "",
    wrong: str = "",
    refusal: Refused | None = None,
) -> str:
    """Return the page of a consent that the patient has."""
    questions = questions_of(one, known)
    unsure = asking.unsure_of(one)
    return render_template(
        "web/consents/progress.html",
        one=one,
        name=one.answers["patient"]["full_name"],
        mark=mark_of(one),
        questions=questions,
        answered=sum(bool(each.decision) for each in questions),
        unsure=[each.question for each in questions if each.key in unsure],
        awaited=_awaited(one, known),
        is_confirmed=asking.is_confirmed(one),
        signatures=one.answers.get("signatures") or [],
        mailed=_mailed(session, one),
        can_write=post.is_configured(standing().settings),
        email=email,
        wrong=wrong,
        key=secrets.token_urlsafe(16),
        refusal=refusal,
        typed=request.form,
        channels=known.catalogue.options(CHANNELS),
        me=actor().name,
        written=written(one, known) if one.way == "paper" else None,
        may_lock="clinician" in actor().roles,
        updated=one.version != known.catalogue.version,
        form_updated=known.catalogue.code("E24").message,
    )


def questions_of(one: ConsentDraft, known: Terms) -> list[Question]:
    """Return the questions that the patient is asked, with their answers so far."""
    return wording.questions_for(one.answers, known.catalogue)


def mark_of(one: ConsentDraft) -> str:
    """Return what changes when anything that the page shows changes."""
    signed = len(one.answers.get("signatures") or ())
    said = [given.get("decision", "") for given in (one.answers.get("purposes") or {}).values()]
    parts = (one.stage, signed, asking.is_confirmed(one), asking.unsure_of(one), said)
    return str(parts)


def written(one: ConsentDraft, known: Terms) -> Written:
    """Return what there is of a consent's paper."""
    keyed = asking.keyed_of(one)
    held = one.shown.get("keyed") or {}
    questions = questions_of(one, known)
    return Written(
        pages=int((one.shown.get("scan") or {}).get("pages") or 0),
        keyed=keyed,
        keyed_by=str(held.get("by_name") or ""),
        signed_at=local_text(keyed.signed_at) if keyed else "",
        is_mine=held.get("by") == actor().staff_id,
        choices=tuple((each.question, keyed.choices.get(each.key, "")) for each in questions)
        if keyed
        else (),
        code=paper.page_code(one.reference, str(one.version)),
    )


def _awaited(one: ConsentDraft, known: Terms) -> list[Awaited]:
    return [
        Awaited(signer.label, " or ".join(signer.names), signer.is_needed)
        for signer in asking.signers(one, known, at=now())
    ]


def _mailed(session: Session, one: ConsentDraft) -> Mailed | None:
    if one.way != "link":
        return None
    link = asking.open_link(session, actor(), one, at=now())
    if link is None:
        return None
    message = email_of(session, link)
    return Mailed(
        link, post.masked(link.sent_to) if link.sent_to else "", message.state if message else ""
    )
