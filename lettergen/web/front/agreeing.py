"""A patient is asked to agree to a letter: by a link, or on the practice's locked tablet."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.calendar import british_date
from lettergen.consents.papers import marks
from lettergen.models import Actor, Link
from lettergen.refusals import Refused
from lettergen.requests.front import agreeing as front
from lettergen.requests.front import wording
from lettergen.requests.front.agreeing import AGREED, WAITING, Asked, NotSigned, Signed
from lettergen.requests.front.asking import visitor
from lettergen.requests.front.wording import Wording
from lettergen.requests.life.refusals import NotPossible
from lettergen.web.base.context import changing, looking, now, standing
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside, shown_again
from lettergen.web.front import locks
from lettergen.web.front.asking import options
from lettergen.web.links import tablet_lock
from lettergen.web.links.door import Behind, lead, proven, stand_behind
from lettergen.web.links.tablet import Kind, Shown, serve
from lettergen.web.links.tablet_lock import REQUEST, Lock

agreeing = outside("agreeing", __name__)

View = Callable[..., ResponseReturnValue]
YES, NO = "yes", "no"
_OWN_DEVICE = "Own device, by link"
EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Here:
    """An agreement in its patient's hands, and by which way; `link` is None on a tablet."""

    asked: Asked
    who: Actor
    link: Link | None
    token: str | None
    device: str

    @property
    def method(self) -> str:
        """How the practice's records name this way."""
        return "link" if self.link else "screen"

    @property
    def words(self) -> Wording:
        """The words of it, with names and days in them."""
        return front.words(self.asked, wording.load(standing().settings), at=now())

    def to(self, page: str) -> str:
        """Return the address of one of the pages."""
        return url_for(f"agreeing.{page}", token=self.token)


def page(path: str, *methods: str) -> Callable[[View], View]:
    """Give a view its two addresses: on the locked tablet, and behind a link's door."""

    def add(view: View) -> View:
        for rule in (f"/agree{path}", f"/l/<token>/agree{path}"):
            agreeing.add_url_rule(rule, view.__name__, anyone(view), methods=[*methods])
        return view

    return add


@page("", "GET")
def start(token: str | None = None) -> ResponseReturnValue:
    """Show what is asked, to be agreed to; or how it was answered."""
    with looking() as session:
        here = _here(session, token)
        return _ask(here) if here.asked.state == WAITING else _show_end(here)


@page("", "POST")
def sign(token: str | None = None) -> ResponseReturnValue:
    """Take the agreement and its signature, or that the patient does not agree."""
    with changing() as session:
        here = _here(session, token)
        if here.asked.state != WAITING:
            return redirect(here.to("start"), 303)
        if "no" in request.form:
            front.refuse(session, here.who, here.asked, at=now())
            return redirect(here.to("start"), 303)
        try:
            signed = _signed(here)
            front.sign(
                session, here.who, here.asked, here.words, signed, method=here.method, at=now()
            )
        except marks.NoMark as refusal:
            return _ask(here, {"mark": str(refusal)}), 422
        except NotSigned as refusal:
            return _ask(here, refusal.errors), 422
    return redirect(here.to("start"), 303)


@page("/stop", "GET")
def ask_stop(token: str | None = None) -> ResponseReturnValue:
    """Ask once more before a yes is taken back."""
    with looking() as session:
        here = _here(session, token)
        if here.asked.state != AGREED:
            return redirect(here.to("start"))
        return _show(here, "stop")


@page("/stop", "POST")
def stop(token: str | None = None) -> ResponseReturnValue:
    """Take a yes back before the letter is sent."""
    with changing() as session:
        here = _here(session, token)
        if here.asked.state == AGREED:
            front.take_back(session, here.who, here.asked, at=now())
    return redirect(here.to("start"), 303)


def _here(session: Session, token: str | None) -> Here:
    if token:
        link = proven(session, token, links.AGREE)
        who = links.holder(link)
        return _as(session, who, link.subject_id, link=link, token=token)
    lock = tablet_lock.held(at=now())
    if lock is None or lock.kind != REQUEST:
        abort(redirect(url_for("choosing.closed")))
    return _as(session, visitor(lock.practice_id), lock.draft_id, device=lock.device)


def _as(
    session: Session,
    who: Actor,
    request_id: str,
    *,
    link: Link | None = None,
    token: str | None = None,
    device: str = _OWN_DEVICE,
) -> Here:
    return Here(front.newest(session, who, request_id), who, link, token, device)


def _signed(here: Here) -> Signed:
    form = request.form
    is_drawn = bool(form.get("mark"))
    wish = form.get("wish", "")
    return Signed(
        name=shown_again(form.get("name", ""))[:150],
        ticks={line.key for line in here.words.ticks if form.get(f"tick-{line.key}")},
        wants_to_see=wish == YES if wish in (YES, NO) else None,
        may=form.getlist("may"),
        may_also=_long("may_also"),
        must_not=_long("must_not"),
        is_confirmed="confirmed" in form,
        mark=marks.drawn(form["mark"], _strokes()) if is_drawn else None,
        device=here.device,
    )


def _long(name: str) -> str:
    return request.form.get(name, "").replace("\0", "").strip()


def _strokes() -> Any:
    try:
        return json.loads(request.form.get("strokes") or "[]")
    except (ValueError, RecursionError):
        return []


def _ask(here: Here, errors: Mapping[str, str] = EMPTY) -> str:
    words, form = here.words, request.form
    wish = {YES: words.wish.yes, NO: words.wish.no}
    hints = {YES: words.wish.yes_hint, NO: words.wish.no_hint}
    wishes = options(wish, form.get("wish", ""))
    return _show(
        here,
        "ask",
        words=words,
        errors=errors,
        error_links=[{"text": text, "href": f"#{name}"} for name, text in _ordered(words, errors)],
        typed=form,
        ticked={line.key for line in words.ticks if form.get(f"tick-{line.key}")},
        may=set(form.getlist("may")),
        wishes=[{**one, "hint": {"text": hints[str(one["value"])]}} for one in wishes],
    )


def _ordered(words: Wording, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return errors in the order in which their boxes stand on the page."""
    boxes = [f"tick-{line.key}" for line in words.ticks]
    order = [*boxes, "may", "may_also", "must_not", "wish", "name", "mark", "confirmed"]
    return sorted(errors.items(), key=lambda one: order.index(one[0]))


def _show_end(here: Here) -> str:
    consent = here.asked.consent
    until = consent.ends_on if consent else None
    return _show(here, "end", ends=british_date(until) if until else "")


def _show(here: Here, template: str, **values: object) -> str:
    asked = here.asked
    return render_template(
        f"patient/agree_{template}.html",
        practice=asked.practice.name,
        phone=asked.practice.phone,
        here=here,
        asked=asked,
        consent=asked.consent,
        content=asked.consent.content if asked.consent else {},
        to=here.to,
        token=here.token,
        **values,
    )


def _require_open(session: Session, link: Link) -> None:
    links.require_open(session, link, at=now())


def _shown(session: Session, lock: Lock) -> Shown:
    asked = front.newest(session, visitor(lock.practice_id), lock.draft_id)
    return Shown(
        practice=asked.practice.name,
        is_open=asked.state == WAITING,
        start=url_for("agreeing.start"),
        staff_page=url_for("requests.page", request_id=lock.draft_id),
    )


def _show_refusal(_refusal: Refused) -> ResponseReturnValue:
    """Lead on to how things stand: what was pressed had been answered meanwhile."""
    token = (request.view_args or {}).get("token")
    return redirect(url_for("agreeing.start", token=token), 303)


stand_behind(agreeing)
serve(REQUEST, Kind(_shown, lambda _session, _lock: None))
agreeing.register_error_handler(NotPossible, _show_refusal)
lead(
    links.AGREE,
    Behind("A question about a letter", "agreeing.start", _require_open, locks.compare),
)
