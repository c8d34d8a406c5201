"""`workload`: figures from the ledger, for people, spreadsheets and programs; and its sums."""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen import workload as ledger
from lettergen.calendar import local_day
from lettergen.cli.desk import at_desk
from lettergen.cli.workload_report import make_due, make_report
from lettergen.config import load
from lettergen.models import Actor
from lettergen.workload import MEASURES, By, Filter, Line, Period, Unit

FORM = "lettergen-workload-1"
SHOWN = (
    "requests", "avoided", "letters", "discarded", "minutes_measured", "minutes_stated",
    "minutes_expected", "cost", "recovered",
)  # fmt: skip
WAYS: dict[str, By] = {
    "month": "month",
    "day": "day",
    "family": "family",
    "type": "type",
    "requester": "requester",
    "requester-class": "requester_class",
    "outcome": "outcome",
    "rule": "rule",
    "payer": "payer",
    "role": "role",
    "staff": "staff",
    "signer": "staff",
}
DAY = click.DateTime(formats=["%Y-%m-%d"])
PRACTICE = click.option(
    "--practice", metavar="ODS", help="Which practice, where there are several."
)
OUR_OWN = "Costs are by lettergen's own rates: the practice has set none."


@click.group(invoke_without_command=True)
@click.option("--from", "since", type=DAY, help="The first day, like 2026-11-01.")
@click.option("--to", "until", type=DAY, help="The last day, like 2026-11-30.")
@click.option("--by", type=click.Choice(list(WAYS)), default="type", show_default=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    type=click.Choice(list(MEASURES)),
    help="Which figures, in this order; may be given again. All of them in JSON and CSV.",
)
@click.option("--family", help="Of one family only: adhd, photo-consent, third-party …")
@click.option("--type", help="Of one type of letter or request only.")
@click.option("--requester-class", help="Of one class of requester only: employer, insurer …")
@click.option("--requester", metavar="ID", help="Of one organisation only, by its key.")
@click.option("--role", type=click.Choice(list(ledger.ROLES)), help="Of one role only.")
@PRACTICE
@click.pass_context
def workload(
    context: click.Context,
    /,
    *,
    since: datetime | None,
    until: datetime | None,
    by: str,
    style: str,
    measures: tuple[str, ...],
    practice: str | None,
    **given: str | None,
) -> None:
    """Print what came in, what it took, what it cost and brought, from the ledger of work.

    Minutes that were measured, stated and expected stand apart: they are not the same thing.
    """
    if context.invoked_subcommand:
        return
    if since and until and until < since:
        raise click.UsageError("--to is before --from")
    with at_desk(load(), practice) as (session, actor):
        days = _period(session, actor, since, until)
        where = Filter(**{name: value for name, value in given.items() if value})
        report = _report(session, actor, days, by, where)
    shown = measures or (SHOWN if style == "table" else tuple(MEASURES))
    PRINTERS[style](report, shown)


workload.add_command(make_report)
workload.add_command(make_due)


@workload.command()
@PRACTICE
def verify(*, practice: str | None) -> None:
    """Count all work again and compare: exit code 1, and the differences, if a sum is wrong."""
    with at_desk(load(), practice) as (session, actor):
        differences = ledger.verify(session, actor.practice_id)
    for difference in differences:
        click.echo(difference)
    if differences:
        click.echo("The sums are not those of the rows. Mend them with: lettergen workload rebuild")
        raise click.exceptions.Exit(1)
    click.echo("Every sum is that of its rows.")


@workload.command()
@PRACTICE
def rebuild(*, practice: str | None) -> None:
    """Make all sums anew from the rows of work: after a restore, or if verify complains."""
    with at_desk(load(), practice) as (session, actor):
        count = ledger.rebuild(session, actor.practice_id, at=datetime.now(UTC))
    click.echo(f"made {count:,} sums anew")


def _period(
    session: Session, actor: Actor, since: datetime | None, until: datetime | None
) -> Period:
    today = local_day(datetime.now(UTC))
    first = since.date() if since else ledger.first_day(session, actor)
    last = until.date() if until else None
    if first is None or (last and not since and last < first):
        first = last or today
    return ledger.period(first, last or max(today, first), today=today)


def _report(session: Session, actor: Actor, days: Period, by: str, where: Filter) -> dict[str, Any]:
    """Return the figures as the JSON form has them: see docs/workload.md."""
    practice = accounts.practice_of(session, actor)
    rates = ledger.settings_of(session, actor).rates_of(days.until.replace(day=1))
    today = local_day(datetime.now(UTC))
    lines = ledger.lines(session, actor, days, WAYS[by], where, today=today)
    return {
        "form": FORM,
        "practice": {"ods": practice.ods, "name": practice.name},
        "from": days.since.isoformat(),
        "to": days.until.isoformat(),
        "filter": where.given(),
        "has_default_rates": rates.is_default,
        "by": by,
        "groups": [_group(one) for one in lines],
        "total": _group(ledger.total(session, actor, days, where, today=today)),
    }


def _group(line: Line) -> dict[str, Any]:
    values = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in line.values.items()
    }
    return {"key": line.key, "label": line.label, "values": values}


def _print_table(report: dict[str, Any], shown: Sequence[str]) -> None:
    if not report["groups"]:
        click.echo("Nothing was written in this time.")
        return
    heads = [report["by"].capitalize(), *(MEASURES[key].title for key in shown)]
    total = {**report["total"], "label": "Total"}
    rows = [heads]
    rows += [
        [one["label"], *(_in_words(key, one["values"][key]) for key in shown)]
        for one in (*report["groups"], total)
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    for row in rows:
        cells = zip(row[1:], widths[1:], strict=True)
        click.echo("  ".join((row[0].ljust(widths[0]), *(one.rjust(wide) for one, wide in cells))))
    if report["has_default_rates"] and {"cost", "net", "recovery"} & set(shown):
        click.echo(OUR_OWN)


def _print_json(report: dict[str, Any], shown: Sequence[str]) -> None:
    for one in (*report["groups"], report["total"]):
        one["values"] = {key: one["values"][key] for key in shown}
    report["measures"] = [
        {
            "key": key,
            "title": MEASURES[key].title,
            "unit": MEASURES[key].unit.value,
            "definition": MEASURES[key].definition,
        }
        for key in shown
    ]
    click.echo(json.dumps(report, indent=2, ensure_ascii=False))


def _print_csv(report: dict[str, Any], shown: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["key", report["by"], *shown])
    for one in report["groups"]:
        named = [_safe(one["key"]), _safe(one["label"])]
        writer.writerow([*named, *(one["values"][key] for key in shown)])


PRINTERS: dict[str, Callable[[dict[str, Any], Sequence[str]], None]] = {
    "table": _print_table,
    "json": _print_json,
    "csv": _print_csv,
}


def _in_words(key: str, value: float | None) -> str:
    if value is None:
        return "–"
    if MEASURES[key].unit is Unit.PENCE:
        return f"{'-' if value < 0 else ''}£{abs(value) / 100:,.2f}"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
