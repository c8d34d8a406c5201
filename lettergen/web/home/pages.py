"""The first page, the help, and the files that pages load."""

from pathlib import Path

from flask import Blueprint, Response, render_template, send_from_directory
from sqlalchemy import text

from lettergen import documents
from lettergen.places import PACKAGE
from lettergen.web.base.context import actor, looking
from lettergen.web.base.display import ASSETS
from lettergen.web.base.entry import anyone, enter
from lettergen.web.consents import consenting
from lettergen.web.home.notices import notices
from lettergen.web.letters.listing import draft_lines, kinds_of_letter
from lettergen.web.requests import home as home_requests
from lettergen.web.workload import home as workload_home

pages = Blueprint("pages", __name__)
RECENT = 8
_YEAR = 31_536_000
_STATIC = PACKAGE / "static"


@pages.get("/")
@enter("clinician", "reception", "manager")
def home() -> str:
    """What is to be looked at, what waits for this person, what can be begun, and what was last."""
    writes = actor().roles & {"clinician", "reception"}
    with looking() as session:
        return render_template(
            "web/home/home.html",
            notices=notices(session),
            work=workload_home.summary(session),
            requests=home_requests.groups(session),
            kinds=kinds_of_letter()[0] if writes else [],
            drafts=draft_lines(session) if writes else [],
            consents=consenting.lines(session) if writes else [],
            recent=documents.newest(session, actor(), RECENT),
        )


@pages.get("/help")
@anyone
def help_page() -> str:
    """Keys, and the few things that people ask."""
    return render_template("web/home/help.html")


@pages.get("/health")
@anyone
def health() -> Response:
    """Say that the program runs and its database answers; for machines that watch."""
    with looking() as session:
        session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@pages.get("/assets/<path:name>")
@anyone
def asset(name: str) -> Response:
    """Our own style sheets and scripts; their address changes when they do."""
    return _file(ASSETS, name)


@anyone
def static(filename: str) -> Response:
    """The NHS design system's files and the fonts, which change with a release only."""
    return _file(_STATIC, filename)


def _file(folder: Path, name: str) -> Response:
    return send_from_directory(folder, name, max_age=_YEAR)
