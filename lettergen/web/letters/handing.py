"""Handing a letter over: buttons of its page that make links, end them, and take files along."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Literal

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import delivery, documents, letters, links, post
from lettergen.delivery import Handed, NotHandedOver
from lettergen.models import Link
from lettergen.requests.steps import releasing
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.errors import show_refusal
from lettergen.web.base.slip import slip
from lettergen.web.letters.document_page import show
from lettergen.web.letters.hand_over import Asked

handing = Blueprint("handing", __name__)

_BY_EMAIL = "email"
_NO_ADDRESS = "Enter the patient’s email address, or show the link instead"
_NOBODY_WAITS = "The letter has a link already, or nobody waits for one. Make one below if needed."
_LONGEST_NUMBER = 4
_LONGEST_TYPED = 300


@handing.post("/documents/<document_id>/link")
@enter("clinician", "reception")
def make(document_id: str) -> ResponseReturnValue:
    """Make a link to the letter: sent by email, or shown once."""
    by_email, typed = _is_by_email(), _typed()
    faults = _faults(typed, by_email=by_email)
    if faults:
        asked = Asked(typed.email, typed.days, faults)
        return show(document_id, asked=asked), HTTPStatus.UNPROCESSABLE_ENTITY

    def hand(session: Session) -> Handed:
        _require_post(is_wanted=by_email)
        return delivery.hand_by_link(
            session,
            office(),
            actor(),
            document_id,
            at=now(),
            days=int(typed.days),
            email=typed.email if by_email else None,
            key=_key("make", str(by_email), typed.email, typed.days),
        )

    return _hand(document_id, hand)


@handing.post("/documents/<document_id>/link-for-holder")
@enter("clinician", "reception")
def make_for_holder(document_id: str) -> ResponseReturnValue:
    """Send a link to this letter to whoever held an open one to the letter that it replaces."""

    def hand(session: Session) -> Handed:
        found = documents.get(session, actor(), document_id)
        _require_post(is_wanted=True)
        earlier = delivery.open_before(session, actor(), found, at=now())
        if earlier is None or not earlier.link.sent_to:
            raise NotHandedOver(_NOBODY_WAITS)
        to = earlier.link.sent_to
        return delivery.hand_by_link(
            session, office(), actor(), document_id, at=now(), email=to, key=_key("for holder")
        )

    return _hand(document_id, hand)


@handing.post("/documents/<document_id>/links/<link_id>/renew")
@enter("clinician", "reception")
def renew(document_id: str, link_id: str) -> ResponseReturnValue:
    """Make a new link in place of one: sent to the same address, or shown once."""
    by_email = _is_by_email()

    def hand(session: Session) -> Handed:
        link = _link(session, document_id, link_id)
        _require_post(is_wanted=by_email)
        key = _key("renew", link_id, str(by_email))
        return delivery.hand_again(
            session, office(), actor(), link, at=now(), by_email=by_email, key=key
        )

    return _hand(document_id, hand)


@handing.post("/documents/<document_id>/links/<link_id>/revoke")
@enter("clinician", "reception", "manager")
def revoke(document_id: str, link_id: str) -> ResponseReturnValue:
    """Turn a link off."""
    with changing() as session:
        link = _link(session, document_id, link_id)
        delivery.turn_off(session, actor(), link, at=now())
    return _back(document_id, "The link is turned off. Whoever opens it is told to ask you.")


@handing.post("/documents/<document_id>/links/<link_id>/seen")
@enter("clinician", "reception", "manager")
def see_lock(document_id: str, link_id: str) -> ResponseReturnValue:
    """Take the notice of a locked link off the home page."""
    with changing() as session:
        link = _link(session, document_id, link_id)
        links.see_lock(session, actor(), link.id, at=now())
    return _back(document_id, "Noted: somebody has looked at the locked link.")


@handing.post("/documents/<document_id>/take/<kind>")
@enter("clinician", "reception", "manager")
def take(document_id: str, kind: str) -> ResponseReturnValue:
    """Note that a file is opened to print, or downloaded with `way` as download; then show it."""
    is_download = request.form.get("way") == "download"
    record = delivery.record_download if is_download else delivery.record_printed
    try:
        with changing() as session:
            releasing.require_releasable(session, actor(), document_id, at=now())
            record(session, actor(), document_id, kind, at=now())
            way = "download" if is_download else "print"
            releasing.released(session, actor(), document_id, way, at=now())
    except (NotHandedOver, releasing.NotReleasable) as refusal:
        return _back(document_id, str(refusal), "important")
    wanted = "yes" if is_download else None
    address = url_for("issued.file", document_id=document_id, kind=kind, download=wanted)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _hand(document_id: str, hand: Callable[[Session], Handed]) -> ResponseReturnValue:
    """Hand the letter over in one transaction; say that it is on its way, or show the link."""
    try:
        with changing() as session:
            releasing.require_releasable(session, actor(), document_id, at=now())
            handed = hand(session)
            releasing.released(session, actor(), document_id, "link", at=now())
    except (NotHandedOver, links.NotRenewed, releasing.NotReleasable) as refusal:
        return _back(document_id, str(refusal), "important")
    if not handed.link.sent_to:
        return _slip(document_id, handed)
    standing().postman.nudge()
    to = post.masked(handed.link.sent_to)
    return _back(document_id, f"The email with the link is on its way to {to}.")


def _slip(document_id: str, handed: Handed) -> str:
    """Return the page that shows a link once. Sent again, its form shows the same link."""
    with looking() as session:
        found = documents.get(session, actor(), document_id)
        address = url_for("issued.document", document_id=document_id)
        return slip(
            session,
            "web/letters/handed.html",
            handed,
            back=(found.reference, address),
            name=found.content.patient.get("full_name") if found.content else "",
            reference=found.reference,
            has_large=any(one.kind == letters.LARGE for one in found.files),
        )


def _back(
    document_id: str, message: str, kind: Literal["success", "important"] = "success"
) -> ResponseReturnValue:
    flash(message, kind)
    address = url_for("issued.document", document_id=document_id, _anchor="hand-over")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _link(session: Session, document_id: str, link_id: str) -> Link:
    """Return one link of one letter; raise NotFound or NoSuchLink."""
    documents.get(session, actor(), document_id)
    link = links.get(session, actor(), link_id)
    if link.subject_id != document_id:
        raise links.NoSuchLink
    return link


def _require_post(*, is_wanted: bool) -> None:
    if is_wanted and not post.is_configured(standing().settings):
        raise NotHandedOver(post.NOT_SET_UP)


def _is_by_email() -> bool:
    return request.form.get("way") == _BY_EMAIL


def _typed() -> Asked:
    email, days = (
        request.form.get(name, "").strip()[:_LONGEST_TYPED] for name in ("email", "days")
    )
    return Asked(email, days)


def _faults(typed: Asked, *, by_email: bool) -> dict[str, str]:
    """Return what is wrong with the form, by field."""
    found = {}
    try:
        links.days_for(links.PURPOSES[links.LETTER], _number(typed.days))
    except links.WrongDays as refusal:
        found["days"] = str(refusal)
    try:
        if by_email:
            post.checked(typed.email)
    except post.WrongAddress as refusal:
        found["email"] = str(refusal) if typed.email else _NO_ADDRESS
    return dict(reversed(found.items()))


def _number(text: str) -> int:
    """Return a number of days; 0, for which no link lasts, for what is no number."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else 0


def _key(*parts: str) -> str | None:
    """Return what makes a form work once: its random text, with all that it asks for."""
    text = request.form.get("key", "")[:_LONGEST_TYPED]
    return "\n".join((text, *parts)) if text else None


def _show_no_link(_refusal: links.NoSuchLink) -> ResponseReturnValue:
    return show_refusal(documents.NotFound("This letter has no such link."))


handing.register_error_handler(links.NoSuchLink, _show_no_link)
