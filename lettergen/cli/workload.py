"""`workload`: figures from the log, for people, spreadsheets and programs."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

import click

from lettergen import workload as figures
from lettergen.cli.desk import at_desk
from lettergen.config import load
from lettergen.workload import Figures

HEADINGS = {
    "group": "",
    "issued": "Issued",
    "discarded": "Discarded",
    "pages": "Pages",
    "timed": "Timed",
    "minutes_measured": "Minutes measured",
    "minutes_stated": "Minutes stated",
    "minutes_expected": "Minutes expected",
}
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--from", "since", type=DAY, help="The first day, like 2026-11-01.")
@click.option("--to", "until", type=DAY, help="The last day, like 2026-11-30.")
@click.option("--by", type=click.Choice(figures.WAYS), default="type", show_default=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@click.option("--practice", metavar="ODS", help="Which practice, where there are several.")
def workload(
    *,
    since: datetime | None,
    until: datetime | None,
    by: figures.By,
    style: str,
    practice: str | None,
) -> None:
    """Print how much was written, of what kind, by whom, and how long it took.

    Minutes that were measured, stated and expected stand apart: they are not the same thing.
    """
    if since and until and until < since:
        raise click.UsageError("--to is before --from")
    with at_desk(load(), practice) as (session, actor):
        lines = figures.figures(
            session,
            actor,
            by,
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
    {"table": _print_table, "json": _print_json, "csv": _print_csv}[style](by, lines)


def _print_table(by: str, lines: Sequence[Figures]) -> None:
    if not lines:
        click.echo("Nothing was written in this time.")
        return
    shown = [{**HEADINGS, "group": by.capitalize()}]
    shown += [
        {name: str(value) for name, value in asdict(one).items()}
        for one in (*lines, figures.total(lines))
    ]
    widths = {name: max(len(row[name]) for row in shown) for name in HEADINGS}
    for row in shown:
        first = row["group"].ljust(widths["group"])
        rest = (row[name].rjust(widths[name]) for name in HEADINGS if name != "group")
        click.echo("  ".join((first, *rest)))


def _print_json(by: str, lines: Sequence[Figures]) -> None:
    content = {
        "by": by,
        "groups": [asdict(one) for one in lines],
        "total": asdict(figures.total(lines)),
    }
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _print_csv(by: str, lines: Sequence[Figures]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = [one.name for one in fields(Figures)]
    writer.writerow([by, *names[1:]])
    writer.writerows([_safe(value) for value in asdict(one).values()] for one in lines)


def _safe(value: object) -> object:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@") else value
