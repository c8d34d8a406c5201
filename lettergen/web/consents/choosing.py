"""The patient's questions about a photo: one a page, changed at any time, none chosen for them."""

import re
from collections.abc import Callable
from datetime import date

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from lettergen.calendar import local_day
from lettergen.consents import asking
from lettergen.consents.papers.wording import NO, YES
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside
from lettergen.web.consents import choosing_steps
from lettergen.web.consents.choosing_steps import AGREES, OBJECTS, UNSURE, VIEW
from lettergen.web.consents.choosing_way import LARGE, Asked, known_here, open_here
from lettergen.web.links import birth_date
from lettergen.web.links.birth_date import PARTS, BirthDate

choosing = outside("choosing", __name__)

View = Callable[..., ResponseReturnValue]
STANDARD = "standard"
SUMMARY = "summary"
_CHOOSE = "Choose yes or no. You can also tell us that you are not sure."
_FORMATS = (STANDARD, LARGE)
_VIEWS = (AGREES, OBJECTS, UNSURE)


def page(path: str, *methods: str) -> Callable[[View], View]:
    """Give a view its two addresses: on the locked tablet, and behind a link's door."""

    def add(view: View) -> View:
        for rule in (f"/choose{path}", f"/l/<token>/choose{path}"):
            choosing.add_url_rule(
                rule, view.__name__, anyone(view), methods=[*methods], strict_slashes=False
            )
        return view

    return add


@page("", "GET")
def start(token: str | None = None) -> ResponseReturnValue:
    """How large the words should be, and whether another form of them is needed."""
    with looking() as session:
        asked = open_here(session, token)
        return asked.show("start", then=_own_page(asked, request.args.get("then")))


@page("", "POST")
def choose_format(token: str | None = None) -> ResponseReturnValue:
    """Take the size of the words, and go on; or ask for another form of them."""
    with changing() as session:
        asked = open_here(session, token)
        if "ask" in request.form:
            return redirect(asked.to("ask", about="format"), 303)
        size = request.form.get("format", "")
        given = asked.get("communication.format_given")
        # Easy read and the like were given by staff: to read on here in large letters is no less.
        if size in _FORMATS and (given in (None, *_FORMATS) or size == LARGE):
            changed = {"communication.format_given": size}
            asking.answer(session, asked.terms, asked.one, changed, at=now())
        came_from = _own_page(asked, request.form.get("then"))
        return redirect(came_from or _onward(asked, "start"), 303)


@page("/born", "GET")
def born(token: str | None = None) -> ResponseReturnValue:
    """Ask for the date of birth of the person in the photo."""
    with looking() as session:
        asked = open_here(session, token)
        return _ask_born(asked, BirthDate(dict.fromkeys(PARTS, "")))


@page("/born", "POST")
def say_born(token: str | None = None) -> ResponseReturnValue:
    """Compare the date of birth."""
    said = birth_date.read(request.form, today=local_day(now()))
    with changing() as session:
        asked = open_here(session, token)
        if said.day is None:
            return _ask_born(asked, said), 422
        try:
            asking.confirm_identity(session, asked.terms, asked.one, said.day, at=now())
        except asking.WrongPerson as wrong:
            return _ask_born(asked, BirthDate(said.typed, None, str(wrong), PARTS)), 422
        return redirect(asked.to("you"), 303)


@page("/you", "GET")
def you(token: str | None = None) -> ResponseReturnValue:
    """Ask whether this is the right person."""
    with looking() as session:
        asked = known_here(session, token)
        born_on = date.fromisoformat(str(asked.get("patient.date_of_birth")))
        return asked.show("you", born_on=born_on, back=choosing_steps.before(asked, "you"))


@page("/why", "GET")
def why(token: str | None = None) -> ResponseReturnValue:
    """What is to be photographed, and why."""
    with looking() as session:
        asked = known_here(session, token)
        return asked.show(
            "why",
            back=choosing_steps.before(asked, "why"),
            onward=choosing_steps.after(asked, "why"),
            besides=_besides(asked),
        )


@page("/use/<key>", "GET")
def use(key: str, token: str | None = None) -> ResponseReturnValue:
    """Ask about one use; nothing is chosen."""
    with looking() as session:
        return _ask_use(known_here(session, token), key)


@page("/use/<key>", "POST")
def answer_use(key: str, token: str | None = None) -> ResponseReturnValue:
    """Take the answer about one use, or that the patient is not sure."""
    said = request.form.get("decision", "")
    with changing() as session:
        asked = known_here(session, token)
        if "unsure" in request.form:
            asking.not_sure(session, asked.terms, asked.one, key, at=now())
            return redirect(asked.to("ask", about=key), 303)
        if said not in (YES, NO):
            return _ask_use(asked, key, _CHOOSE), 422
        changed = {f"purposes.{key}.decision": said}
        asking.answer(session, asked.terms, asked.one, changed, at=now())
        return redirect(_onward(known_here(session, token), "use", key=key), 303)


@page("/more/<part>", "GET")
def more(part: str, token: str | None = None) -> ResponseReturnValue:
    """Ask what belongs to an answer: lines to tick one by one, or words of one's own."""
    with looking() as session:
        return _ask_more(known_here(session, token), part, {})


@page("/more/<part>", "POST")
def answer_more(part: str, token: str | None = None) -> ResponseReturnValue:
    """Keep what was ticked and written; a line that is needed is asked for again."""
    with changing() as session:
        asked = known_here(session, token)
        before = choosing_steps.fields_of(asked, part)
        if not before:
            return redirect(_onward(asked, "why"), 303)
        changed = choosing_steps.typed(request.form, before)
        asking.answer(session, asked.terms, asked.one, changed, at=now())
        asked = known_here(session, token)
        fields = choosing_steps.fields_of(asked, part)
        lacking = choosing_steps.lacking(asked, fields)
        if lacking:
            return _ask_more(asked, part, lacking), 422
        if len(fields) > len(before):
            return redirect(asked.to("more", part=part, then=_then()), 303)
        return redirect(_onward(asked, "more", part=part), 303)


@page("/child", "GET")
def child(token: str | None = None) -> ResponseReturnValue:
    """Ask the child beside a parent what they think."""
    with looking() as session:
        return _ask_child(known_here(session, token))


@page("/child", "POST")
def answer_child(token: str | None = None) -> ResponseReturnValue:
    """Take the child's own view; a no stops everything."""
    said = request.form.get("view", "")
    with changing() as session:
        asked = known_here(session, token)
        if said not in _VIEWS:
            return _ask_child(asked, "Choose what you think."), 422
        asking.answer(session, asked.terms, asked.one, {VIEW: said}, at=now())
        pages = {OBJECTS: asked.to("stopped"), UNSURE: asked.to("ask", about="child")}
        return redirect(pages.get(said) or _onward(asked, "child"), 303)


def _own_page(asked: Asked, address: str | None) -> str | None:
    """Return the address of one of these very pages, or None for any other."""
    root = asked.to("start")
    is_own = address is not None and re.fullmatch(r"(/[\w-]+)*", address.removeprefix(root))
    return address if is_own and str(address).startswith(f"{root}/") else None


def _then() -> str | None:
    return SUMMARY if request.form.get("then") == SUMMARY else None


def _onward(asked: Asked, name: str, **values: str) -> str:
    if choosing_steps.is_stopped(asked):
        return asked.to("stopped")
    return choosing_steps.after(asked, name, to_summary=_then() is not None, **values)


def _back(asked: Asked, name: str, **values: str) -> str | None:
    if request.args.get("then") == SUMMARY or _then():
        return asked.to("summary")
    return choosing_steps.before(asked, name, **values)


def _ask_born(asked: Asked, said: BirthDate) -> str:
    return asked.show("born", born=said, back=asked.to("start"))


def _ask_use(asked: Asked, key: str, error: str = "") -> str:
    one = choosing_steps.question(asked, key)
    if one is None:
        abort(404)
    return asked.show(
        "use",
        one=one,
        count=len(asked.words.questions),
        heading=next(title for title, all_ in asked.words.parts if one in all_),
        unsure=asked.terms.catalogue.page.unsure,
        error=error,
        then=request.args.get("then") or _then(),
        back=_back(asked, "use", key=key),
    )


def _ask_more(asked: Asked, key: str, errors: dict[str, str]) -> str:
    part, fields = choosing_steps.part(key), choosing_steps.fields_of(asked, key)
    if part is None or not fields:
        abort(404)
    return asked.show(
        "more",
        group=part,
        fields=fields,
        values={one.name: asked.get(one.name) for one in fields},
        errors=errors,
        error_links=[{"text": text, "href": f"#{name}"} for name, text in errors.items()],
        then=request.args.get("then") or _then(),
        back=_back(asked, "more", part=key),
    )


def _ask_child(asked: Asked, error: str = "") -> str:
    if not any(one.page == "child" for one in choosing_steps.steps(asked)):
        abort(404)
    return asked.show(
        "child",
        name=str(asked.get("patient.full_name") or "").split(" ")[0],
        words_for_child=_child_words(asked),
        error=error,
        said=asked.get(VIEW),
        then=request.args.get("then") or _then(),
        back=_back(asked, "child"),
    )


def _child_words(asked: Asked) -> str:
    texts = (one.text for one in asked.terms.catalogue.wordings if one.id == "child")
    return next(texts, "")


def _besides(asked: Asked) -> list[str]:
    """Return what is said before the questions; the child's own words stand on the child's page."""
    return [text for text in asked.words.besides if text != _child_words(asked)]
