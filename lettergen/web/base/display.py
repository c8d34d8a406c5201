"""How pages show things: the Jinja environment, its filters and its standing names."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app, request, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup
from wtforms import Form

from lettergen import __version__, calendar
from lettergen.calendar import british_date, local_day
from lettergen.nhs import spaced
from lettergen.web.base.components import nhsuk
from lettergen.web.base.context import signed_in
from lettergen.web.base.entry import declared
from lettergen.web.base.headers import nonce

ASSETS = Path(__file__).parent.parent / "assets"


_MENU = (
    ("Home", "pages.home"),
    ("Triage", "triage.page"),
    ("Board", "board.page"),
    ("New letter", "letters.choose"),
    ("Drafts", "letters.drafts"),
    ("Letters", "letters.listing"),
    ("Photo consent", "consenting.listing"),
    ("Photo register", "register.overview"),
    ("Money", "money.overview"),
    ("Workload", "workload.page"),
    ("Email", "post.overview"),
    ("Practice", "practice.record"),
    ("Staff", "people.listing"),
)


class Place(NamedTuple):
    """One entry of the menu."""

    name: str
    address: str
    is_here: bool


class Page(Flask):
    """Flask whose pages fail on a misspelt name and escape everything, whatever the file's name."""

    jinja_options = {  # noqa: RUF012  (Flask's form)
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }

    def log_exception(self, exc_info: Any) -> None:
        """Log a fault by its route, not by its address: that of a link is a secret."""
        route = request.url_rule or "an address without a route"
        self.logger.error("Exception on %s [%s]", route, request.method, exc_info=exc_info)


def add_display(app: Flask) -> None:
    """Give our templates their filters and standing names."""
    app.jinja_env.filters.update(
        british_date=_day,
        british_time=calendar.british_time,
        fault_links=fault_links,
        nhs_number=spaced,
        plural=plural,
    )
    app.jinja_env.globals.update(
        nhsuk=nhsuk,
        nonce=nonce,
        asset=asset,
        csrf=csrf,
        person=signed_in,
        places=places,
        office_name=office_name,
        version=__version__,
    )


def office_name() -> str:
    """Return what stands at the head of each page: the practice, once somebody is signed in."""
    who = signed_in()
    return who.practice_name if who else "Letters and forms"


def places() -> list[Place]:
    """Return the menu of the person who is signed in."""
    who = signed_in()
    roles = who.actor.roles if who else frozenset()
    return [
        Place(name, url_for(endpoint), request.endpoint == endpoint)
        for name, endpoint in _MENU
        if roles & (declared(current_app.view_functions[endpoint]) or frozenset())
    ]


def fault_links(form: Form) -> list[dict[str, str]]:
    """Return the faults of a form for an error summary: each said once, linked to its field."""
    said: dict[str, str] = {}
    for field in form:
        for message in field.errors[:1]:
            said.setdefault(str(message), f"#{field.id}")
    return [{"text": text, "href": href} for text, href in said.items()]


def plural(count: int, one: str, many: str = "") -> str:
    """Return 1 letter, 2 letters."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def asset(name: str) -> str:
    """Return the address of one of our own style sheets or scripts, new when it changes."""
    path = ASSETS / name
    return url_for("pages.asset", name=name, v=_fingerprint(path, path.stat().st_mtime_ns))


def csrf() -> Markup:
    """Return the hidden field that shows a form to be ours."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _day(day: date | datetime | str) -> str:
    return british_date(local_day(day) if isinstance(day, datetime) else day)


@cache
def _fingerprint(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
