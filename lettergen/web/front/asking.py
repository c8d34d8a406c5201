"""The practice's public page: say what is needed, and hear at once whether a letter is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Practice
from lettergen.requests.catalogue import search
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.front import asking as front
from lettergen.requests.front import note as paper
from lettergen.requests.front.asking import INSTEAD, KINDS, ORGANISATION, OTHER, WHO, Answer, Wish
from lettergen.requests.front.note import Note
from lettergen.requests.front.telling import agreement_for, wait_for
from lettergen.requests.money import fees as money
from lettergen.requests.money.pence import pounds
from lettergen.web.base.context import looking, now, office, standing
from lettergen.web.base.entry import anyone
from lettergen.web.base.errors import Advice
from lettergen.web.base.files import pdf_reply
from lettergen.web.base.outside import outside, shown_again, sorry

asking = outside("asking", __name__, has_own_token=True)

_FOUND = 6
_CLOSED = (
    "This practice does not take requests on this page. Please ring, write, or ask at the desk."
)


@dataclass(frozen=True)
class Front:
    """A practice whose public page somebody opened, and its terms."""

    practice: Practice
    terms: Terms

    @property
    def ods(self) -> str:
        """The code in the page's address."""
        return self.practice.ods

    @property
    def catalogue(self) -> Catalogue:
        """What can be asked for."""
        return self.terms.catalogue


@asking.get("/ask")
@anyone
def places() -> ResponseReturnValue:
    """Lead to the practice, or let somebody choose one of several."""
    return _choose("asking.start", "Ask for a letter or a form")


@asking.get("/fees")
@anyone
def all_fees() -> ResponseReturnValue:
    """Lead to the practice's fees, or let somebody choose one of several."""
    return _choose("asking.fees", "Fees for letters and forms")


@asking.get("/ask/<ods>", strict_slashes=False)
@anyone
def start(ods: str) -> ResponseReturnValue:
    """Ask what is needed, and offer what fits the words."""
    typed = shown_again(request.args.get("q", ""))
    with looking() as session:
        here = open_here(session, ods)
        found = search.find(here.catalogue, typed, limit=_FOUND) if typed else []
        return _show(
            here,
            "start",
            typed=typed,
            error="Write down what you need" if "q" in request.args and not typed else "",
            found=[one.type for one in found if one.is_sound],
            less_likely=[one.type for one in found if not one.is_sound],
            groups=[
                (group.title, here.catalogue.types_of(group.key))
                for group in here.catalogue.groups.values()
            ],
        )


@asking.get("/ask/<ods>/<type_key>")
@anyone
def told(ods: str, type_key: str) -> ResponseReturnValue:
    """Ask who asks; then say what works instead, or what a letter costs and takes."""
    with looking() as session:
        here = open_here(session, ods)
        wish = wish_here(here, type_key)
        if not wish.who:
            return _show(
                here, "who", wish=wish, kinds_items=options(KINDS), error=_lacking(), typed=_said()
            )
        answer = front.answer(session, here.terms, now(), here.practice.id, wish)
        return _show(here, "answer", wish=wish, answer=answer, **answer_parts(here, wish, answer))


@asking.get("/ask/<ods>/<type_key>/note")
@anyone
def note(ods: str, type_key: str) -> ResponseReturnValue:
    """Show the note that somebody may give to whoever asked them for a letter."""
    with looking() as session:
        here, wish, found = _note(session, ods, type_key)
        as_pdf = address_of(here, "asking.note_file", wish, is_refused=wish.is_refused)
        return _show(here, "note", wish=wish, note=found, on=local_day(now()), as_pdf=as_pdf)


@asking.get("/ask/<ods>/<type_key>/note.pdf")
@anyone
def note_file(ods: str, type_key: str) -> ResponseReturnValue:
    """The same note as a PDF."""
    with looking() as session:
        here, _, found = _note(session, ods, type_key)
        sheet = paper.sheet(found, here.practice, at=now())
    return pdf_reply(office().renderer.render(sheet).pdf, "note.pdf", is_download=True)


@asking.get("/fees/<ods>", strict_slashes=False)
@anyone
def fees(ods: str) -> ResponseReturnValue:
    """Show what letters and forms cost today, from the rows that quotes are made of."""
    with looking() as session:
        here = front_of(session, ods)
        on = local_day(now())
        lines = money.public(session, front.visitor(here.practice.id), here.terms, on)
        return _show(here, "fees", lines=lines, on=on)


def front_of(session: Session, ods: str) -> Front:
    """Return the practice of an address; 404 for a code that is none's."""
    practice = front.practice(session, ods)
    if practice is None:
        abort(404)
    who = front.visitor(practice.id)
    return Front(practice, standing().requests.terms(session, who))


def open_here(session: Session, ods: str) -> Front:
    """Return a practice that takes requests on its public page; others say whom to ask."""
    here = front_of(session, ods)
    if not here.terms.settings.front_door_open:
        page = sorry(
            Advice("Please ask us in another way", _closed(here.practice)),
            200,
            practice=here.practice.name,
        )
        abort(make_response(page))
    return here


def wish_here(here: Front, type_key: str) -> Wish:
    """Return what the address says of a wish; 404 for a type that does not exist."""
    kind = here.catalogue.types.get(type_key)
    if kind is None and type_key != OTHER:
        abort(404)
    who = request.values.get("who", "")
    of_organisation = request.values.get("kind", "")
    if who not in WHO or (who == ORGANISATION and of_organisation not in KINDS):
        return Wish(kind)
    return Wish(
        kind,
        who,
        of_organisation if who == ORGANISATION else "",
        is_refused=request.values.get("refused") == "1",
    )


def address_of(here: Front, endpoint: str, wish: Wish, *, is_refused: bool = False) -> str:
    """Return an address that carries what is known of a wish."""
    carried = {"who": wish.who, "kind": wish.kind, "refused": "1" if is_refused else ""}
    known: dict[str, Any] = {name: value for name, value in carried.items() if value}
    return url_for(endpoint, ods=here.ods, type_key=wish.type_key, **known)


def note_of(here: Front, wish: Wish, answer: Answer) -> Note | None:
    """Return the note that goes with an answer; None where there is a letter, or no reply."""
    reply = here.catalogue.replies.get(answer.decision.letter)
    if answer.how != INSTEAD or reply is None:
        return None
    return paper.note_of(here.catalogue, here.practice, reply, wish.type_key)


def answer_parts(here: Front, wish: Wish, answer: Answer) -> dict[str, object]:
    """Return what the pages about an answer show beside it."""
    is_over = wish.is_refused or (wish.type is not None and not wish.type.fallback)
    return {
        "note": note_of(here, wish, answer),
        "agreement": agreement_for(wish),
        "wait": wait_for(answer),
        "form_at": address_of(here, "asking_form.form", wish, is_refused=wish.is_refused),
        "note_at": address_of(here, "asking.note", wish, is_refused=wish.is_refused),
        "refused_at": ""
        if answer.how != INSTEAD or is_over
        else address_of(here, "asking.told", wish, is_refused=True),
    }


def options(words: Mapping[str, str], chosen: str = "") -> list[dict[str, object]]:
    """Return choices as the design system's boxes take them."""
    return [
        {"value": key, "text": text, "selected": key == chosen, "checked": key == chosen}
        for key, text in words.items()
    ]


def _choose(endpoint: str, title: str) -> ResponseReturnValue:
    with looking() as session:
        found = front.practices(session)
        if len(found) == 1:
            return redirect(url_for(endpoint, ods=found[0].ods))
        return render_template(
            "patient/ask_places.html", practice="", title=title, found=found, endpoint=endpoint
        )


def _show(here: Front, page: str, **values: object) -> str:
    return render_template(
        f"patient/ask_{page}.html", practice=here.practice.name, here=here, pounds=pounds, **values
    )


def _lacking() -> str:
    if "who" not in request.args:
        return ""
    is_organisation = request.args["who"] == ORGANISATION
    return "Choose what kind of organisation you are" if is_organisation else "Choose who you are"


def _said() -> str:
    return shown_again(request.args.get("who", ""))


def _closed(practice: Practice) -> str:
    phone = f" Our phone number is {practice.phone}." if practice.phone else ""
    return f"{_CLOSED}{phone}"


def _note(session: Session, ods: str, type_key: str) -> tuple[Front, Wish, Note]:
    """Return a practice, a wish and its note; lead to the answer where there is none."""
    here = open_here(session, ods)
    wish = wish_here(here, type_key)
    answer = front.answer(session, here.terms, now(), here.practice.id, wish)
    found = note_of(here, wish, answer)
    if found is None:
        abort(redirect(url_for("asking.told", ods=here.ods, type_key=type_key)))
    return here, wish, found
