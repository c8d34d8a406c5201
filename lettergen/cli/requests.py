"""`requests nightly`: what the clock does to requests, and papers that are still to be made."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from lettergen import config
from lettergen.cli.desk import at_desk

if TYPE_CHECKING:
    from lettergen.config import Settings

practice_option = click.option(
    "--practice", metavar="ODS", help="Which practice, where there are several."
)


@click.group()
def requests() -> None:
    """Requests of third parties: what has to be done every night."""


@requests.command()
@practice_option
def nightly(*, practice: str | None) -> None:
    """End quotes whose 30 days are over, note promised days that passed, make missing papers.

    Run it from a timer every night. Run twice, it does nothing the second time.
    """
    from lettergen.requests.steps import paying

    settings, at = config.load(), datetime.now(UTC)
    with at_desk(settings, practice) as (session, actor):
        lapsed = paying.lapse_due(session, actor, at=at)
        unkept = paying.note_unkept(session, actor, at=at)
    made = _make_papers(settings, practice, at)
    click.echo(
        f"{len(lapsed)} quotes lapsed, {len(unkept)} promised days passed, "
        f"{made} invoices put on paper"
    )


def _make_papers(settings: "Settings", practice: str | None, at: datetime) -> int:
    """Make each missing paper in a transaction of its own; return how many were made."""
    from lettergen import definitions
    from lettergen.documents import Office
    from lettergen.rendering import Renderer
    from lettergen.requests.steps import billing

    with at_desk(settings, practice) as (session, actor):
        missing = billing.missing(session, actor)
    if not missing:
        return 0
    with Renderer(settings.template_folders, workers=1) as renderer:
        library = definitions.open_library(settings)
        office = Office(library, renderer, settings.public_address)
        for invoice_id in missing:
            with at_desk(settings, practice) as (session, actor):
                billing.invoice_paper(session, office, actor, invoice_id, at=at)
    return len(missing)
