"""`workload report` and `workload nightly`: papers about workload, in a folder or by e-mail."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lettergen import config
from lettergen.calendar import local_day
from lettergen.cli.desk import at_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from lettergen.config import Settings
    from lettergen.documents import Office
    from lettergen.models import Actor, Document
    from lettergen.reports import Due, Wanted

MONTH = click.DateTime(formats=["%Y-%m"])
FOLDER = click.Path(exists=True, file_okay=False, writable=True, path_type=Path)
PRACTICE = click.option(
    "--practice", metavar="ODS", help="Which practice, where there are several."
)


@click.command("report")
@click.option(
    "--kind",
    "key",
    type=click.Choice(["partners", "poster", "board", "organisation"]),
    default="partners",
    show_default=True,
    help="Which paper.",
)
@click.option("--month", type=MONTH, help="The last month, like 2026-10; by default what is over.")
@click.option(
    "--requester",
    default="",
    metavar="ID",
    help="The organisation, by its key: `lettergen workload --by requester --format csv` tells it.",
)
@click.option("--out", type=FOLDER, required=True, help="The folder to write the PDF into.")
@PRACTICE
def make_report(
    *, key: str, month: datetime | None, requester: str, out: Path, practice: str | None
) -> None:
    """Make one paper about workload, issue it like any letter, and write its PDF into a folder.

    A quarterly paper is about the quarter that holds the month.
    """
    from lettergen import reports

    settings, at = config.load(), datetime.now(UTC)
    today = local_day(at)
    kind = reports.kind_of(key)
    period = (
        reports.period_of(kind, month.date(), today=today)
        if month
        else reports.last_over(kind, today)
    )
    wanted = reports.Wanted(kind, period, requester)
    with _office(settings) as office:
        click.echo(_write(settings, practice, office, wanted, out=out, at=at))


@click.command("nightly")
@click.option("--out", type=FOLDER, help="A folder for the PDFs.")
@PRACTICE
def make_due(*, out: Path | None, practice: str | None) -> None:
    """Make the papers that the practice wants once a month or quarter is over, each of them once.

    Run it from a timer every night. With --out their PDFs are written there too, unless they lie
    there already; whom the practice named gets an e-mail, where e-mail is set up. The database is
    told what it holds, so that figures stay quick as the log grows.
    """
    from lettergen import models, reports

    settings, at = config.load(), datetime.now(UTC)
    with at_desk(settings, practice) as (session, actor):
        models.gather_statistics(session.connection())
        wanted = reports.due(session, actor, at=at)
        missing = [one for one in wanted if one.document is None]
    if missing:
        with _office(settings) as office:
            for one in missing:
                _make(settings, practice, office, one, at)
    written = _put(settings, practice, out, at) if out else 0
    papers = "1 paper" if len(missing) == 1 else f"{len(missing)} papers"
    click.echo(f"{papers} about workload made, {written} written")


def _make(
    settings: "Settings", practice: str | None, office: "Office", one: "Due", at: datetime
) -> None:
    """Make one paper in a transaction of its own, so that another's fault leaves it standing."""
    from lettergen import post, reports
    from lettergen.requests.catalogue.standing import Requests

    with at_desk(settings, practice) as (session, actor):
        terms = Requests(settings).terms(session, actor)
        tell = post.is_configured(settings)
        reports.make_due(session, office, actor, terms, one, tell=tell, at=at)


def _put(settings: "Settings", practice: str | None, out: Path, at: datetime) -> int:
    """Write the papers that are due into a folder; one that lies there already stays."""
    from lettergen import reports

    written = 0
    with at_desk(settings, practice) as (session, actor):
        for one in reports.due(session, actor, at=at):
            if one.document is not None:
                written += _keep(session, actor, one.document, out)
    return written


def _keep(session: "Session", actor: "Actor", document: "Document", out: Path) -> bool:
    from lettergen import documents, reports
    from lettergen.cli.files import written

    path = out / reports.file_name(document)
    if path.exists():
        return False
    with written({path: documents.file(session, actor, document.id, documents.LETTER)}):
        return True


def _write(
    settings: "Settings",
    practice: str | None,
    office: "Office",
    wanted: "Wanted",
    *,
    out: Path,
    at: datetime,
) -> str:
    from lettergen import reports
    from lettergen.requests.catalogue.standing import Requests

    with at_desk(settings, practice) as (session, actor):
        terms = Requests(settings).terms(session, actor)
        document = reports.make(session, office, actor, terms, wanted, at=at)
        session.flush()
        _keep(session, actor, document, out)
        return f"{document.title}: {out / reports.file_name(document)}"


def _office(settings: "Settings") -> "AbstractContextManager[Office]":
    from contextlib import contextmanager

    from lettergen import definitions
    from lettergen.documents import Office
    from lettergen.rendering import Renderer

    @contextmanager
    def opened() -> "Iterator[Office]":
        with Renderer(settings.template_folders, workers=1) as renderer:
            library = definitions.open_library(settings)
            yield Office(library, renderer, settings.public_address)

    return opened()
