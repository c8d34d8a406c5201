"""The slip that shows a link once: its code and QR code, to print or to read out."""

from typing import Protocol

from flask import flash, render_template
from sqlalchemy.orm import Session

from lettergen import accounts, post
from lettergen.models import Link
from lettergen.rendering.qr import drawing
from lettergen.web.base.context import actor, office, standing


class Made(Protocol):
    """A link that was made, with its token and address."""

    @property
    def link(self) -> Link: ...
    @property
    def token(self) -> str: ...
    @property
    def address(self) -> str: ...


def say_emailed(to: str) -> None:
    """Say on the next page that the e-mail with a link is on its way to an address."""
    standing().postman.nudge()
    flash(f"The email with the link is on its way to {post.masked(to)}.", "success")


def slip(
    session: Session, template: str, made: Made, *, back: tuple[str, str], **values: object
) -> str:
    """Return the page that shows a link, from a template that says what the link is for.

    `back` is text and address of what the link leads to; `values` are name (of the patient),
    reference, and what the template names besides.
    """
    text, address = back
    return render_template(
        template,
        practice=accounts.practice_of(session, actor()),
        made=made,
        back={"text": text, "href": address},
        place=office().public_address.partition("://")[2] + "/l",
        qr=drawing(made.address),
        **values,
    )
