"""How a patient came to the questions: on the practice's locked tablet, or by their own link."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask import abort, redirect, render_template, url_for
from sqlalchemy.orm import Session

from lettergen import accounts, links
from lettergen.calendar import local_day
from lettergen.consents import asking
from lettergen.consents.asking.choosing import patient_of
from lettergen.consents.asking.whose import value_at
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import wording
from lettergen.consents.papers.wording import Words
from lettergen.links import State
from lettergen.models import ANSWERED, Actor, ConsentDraft, Link
from lettergen.web.base.context import now, terms
from lettergen.web.consents import locks
from lettergen.web.links import proof, tablet_lock
from lettergen.web.links.door import Behind, lead, proven

CONSENT = "consent"
OWN_DEVICE = "Own device, by link"
LARGE = "large_print"
# Who is asked, by the role of whoever decides; anybody else reads “you”.
CHILDS, OTHERS = "child", "other"


@dataclass(frozen=True)
class Asked:
    """A consent in its patient's hands: what stands in it, in which words, and by which way."""

    one: ConsentDraft
    terms: Terms
    at: datetime
    practice: str
    phone: str
    link: Link | None
    token: str | None
    device: str
    staff: str

    @cached_property
    def words(self) -> Words:
        """The patient's page, in the words of the form."""
        return wording.words_for(self.one.answers, self.terms.catalogue, on=local_day(self.at))

    @property
    def is_by_link(self) -> bool:
        """Whether it is read on the patient's own device."""
        return self.link is not None

    @property
    def about(self) -> str:
        """Whose photo it is to whoever reads: their own, their child's, or another person's."""
        role = self.route.signer_role if self.route else "patient"
        return {"patient": "own", "parent": CHILDS}.get(role, OTHERS)

    @cached_property
    def route(self) -> Any:
        """Who decides."""
        return self.terms.catalogue.route(self.get("decision_maker.route"))

    def get(self, dotted: str) -> Any:
        """Return an answer by its dotted name, or None."""
        return value_at(self.one.answers, dotted)

    def to(self, page: str, **values: Any) -> str:
        """Return the address of one of the patient's pages."""
        return url_for(f"choosing.{page}", token=self.token, **values)

    def show(self, template: str, **values: Any) -> str:
        """Return a page, with what all of them need."""
        return render_template(
            f"patient/choose_{template}.html",
            form=self,
            practice=self.practice,
            to=self.to,
            words=self.words,
            is_large=self.get("communication.format_given") == LARGE,
            **values,
        )


def asked_here(session: Session, token: str | None) -> Asked:
    """Return the consent that this browser may show, whatever became of it.

    Without a lock or a link whose date of birth was said, it leads to where that is told.
    """
    return _by_link(session, token) if token else _by_tablet(session)


def open_here(session: Session, token: str | None) -> Asked:
    """Return the consent to be answered here; once it is signed, lead to the end."""
    asked = asked_here(session, token)
    if asked.one.stage == ANSWERED:
        abort(redirect(asked.to("done")))
    if not asking.is_with_patient(asked.one):
        abort(redirect(url_for("choosing.closed")))
    return asked


def known_here(session: Session, token: str | None) -> Asked:
    """Return the consent to be answered here by somebody who has said who they are."""
    asked = open_here(session, token)
    if not asking.is_confirmed(asked.one):
        abort(redirect(asked.to("born")))
    return asked


def _by_tablet(session: Session) -> Asked:
    lock = tablet_lock.held(at=now())
    one = asking.offered(session, lock.practice_id, lock.draft_id) if lock else None
    if lock is None or one is None:
        abort(redirect(url_for("choosing.closed")))
    return _asked(session, one, patient_of(one), device=lock.device, staff=lock.staff)


def _by_link(session: Session, token: str) -> Asked:
    link = proven(session, token, CONSENT)
    one = asking.offered(session, link.practice_id, link.subject_id)
    if one is None:
        abort(redirect(url_for("choosing.closed")))
    return _asked(session, one, links.holder(link), device=OWN_DEVICE, link=link, token=token)


def _asked(
    session: Session,
    one: ConsentDraft,
    who: Actor,
    *,
    device: str,
    staff: str = "",
    link: Link | None = None,
    token: str | None = None,
) -> Asked:
    practice = accounts.practice_of(session, who)
    return Asked(
        one=one,
        terms=terms(session, who),
        at=now(),
        practice=practice.name,
        phone=practice.phone,
        link=link,
        token=token,
        device=device,
        staff=staff,
    )


def _require_open(session: Session, link: Link) -> None:
    """A link that was used shows its end to whoever used it."""
    if links.state_of(link, at=now()) is State.USED and proof.is_given(link, at=now()):
        return
    links.require_open(session, link, at=now())
    _require_same_words(session, link)


def _require_same_words(session: Session, link: Link) -> None:
    one = asking.offered(session, link.practice_id, link.subject_id)
    form = terms(session, links.holder(link)).catalogue
    if one is not None and one.version in (None, form.version):
        return
    practice = accounts.practice_of(session, links.holder(link))
    phone = f" Their phone number is {practice.phone}." if practice.phone else ""
    raise links.LinkEnded(
        "The words of this form have changed since it was sent to you. "
        f"Please ask {practice.name} for a new link.{phone}",
        State.REPLACED,
    )


def _answer(session: Session, link: Link, born: date) -> None:
    """Compare the date of birth, and note on the form that it was said."""
    locks.compare(session, link, born)
    one = asking.offered(session, link.practice_id, link.subject_id)
    if one is not None and asking.is_with_patient(one):
        form = terms(session, links.holder(link))
        asking.confirm_identity(session, form, one, born, at=now())


lead(
    CONSENT,
    Behind("We would like to ask you about a photo", "choosing.start", _require_open, _answer),
)
