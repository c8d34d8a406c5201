"""`consents`: take in forms that are signed already, ask the register, and see what is due."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from lettergen import config
from lettergen.cli.answers import day_named, read_json
from lettergen.cli.desk import at_desk
from lettergen.consents.form.purposes import PURPOSES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from lettergen.consents.form.terms import Terms
    from lettergen.consents.register.importing import Report
    from lettergen.models import Actor

IMPORT_LIMIT = 100_000_000
practice_option = click.option(
    "--practice", metavar="ODS", help="Which practice, where there are several."
)
json_option = click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")


class _Desk(NamedTuple):
    """Where a command works, and when."""

    session: "Session"
    actor: "Actor"
    at: datetime

    def terms(self) -> "Terms":
        """Return the practice's own periods, deadlines and holidays."""
        from lettergen import places, working_days
        from lettergen.consents.form import catalogue, terms

        here = places.here()
        holidays = working_days.holidays(here)
        return terms.of_practice(self.session, self.actor, catalogue.load(here), holidays)


@click.group()
def consents() -> None:
    """Photo consents: the register of what may be done with a clinical photograph."""


@consents.command("import")
@click.argument("path", metavar="FILE.json", type=click.Path(path_type=Path))
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Say what would happen; file nothing.")
@json_option
@practice_option
def import_(*, path: Path, is_dry_run: bool, is_json: bool, practice: str | None) -> None:
    """File the signed forms of FILE.json: all of them, or none.

    The file holds an object of name and form, or a list of forms. A form that is in the register
    already is passed over. Exits with 1, and a reason for each, if any form is refused. A detail
    that an old form lacks, and nobody can be asked for any more, is named and refuses nothing.
    """
    from lettergen.consents.register import importing

    cases = importing.cases_of(read_json(path, IMPORT_LIMIT))
    with _desk(practice) as desk:
        report = importing.import_cases(
            desk.session, desk.terms(), desk.actor, cases, at=desk.at, is_dry_run=is_dry_run
        )
    if is_json:
        _print(asdict(report))
    else:
        click.echo("\n".join(_lines(report, is_dry_run=is_dry_run)))
    raise click.exceptions.Exit(0 if report.is_done else 1)


@consents.command()
@click.option("--image", required=True, metavar="ID", help="The photo's number.")
@click.option("--purpose", required=True, type=click.Choice(PURPOSES))
@click.option("--on", metavar="DATE", help="The day, like 2026-11-20; today without it.")
@click.option("--use", metavar="TEXT", help="Who will see it, or where, as the form names it.")
@click.option("--patient", metavar="NUMBER", help="The NHS number of the patient it should be of.")
@click.option(
    "--known-on", metavar="DATE", help="Answer by what was known on that day, for complaints."
)
@json_option
@practice_option
def ask(
    *,
    image: str,
    purpose: str,
    on: str | None,
    use: str | None,
    patient: str | None,
    known_on: str | None,
    is_json: bool,
    practice: str | None,
) -> None:
    """Ask whether a photo may be used for a purpose: YES, NO or CHECK, and why.

    The question is logged. Exits with 0 for YES, with 1 for anything else.
    """
    from lettergen.consents.form.days import end_of
    from lettergen.consents.register import asked as register

    with _desk(practice) as desk:
        answer = register.ask(
            desk.session,
            desk.actor,
            image_id=image,
            purpose=purpose,
            on=_day(on, desk.at),
            at=desk.at,
            use=use,
            patient=patient,
            known_at=end_of(day_named(known_on)) if known_on else None,
        )
    if is_json:
        _print(
            {
                "answer": answer.word,
                "reason": answer.reason,
                "sentence": answer.sentence,
                "grant": answer.grant,
                "asked_at": answer.asked_at.isoformat(timespec="seconds"),
            }
        )
    else:
        click.echo(f"{answer.word} {answer.reason}\n{answer.sentence}")
    raise click.exceptions.Exit(0 if answer.word == "YES" else 1)


@consents.command()
@click.option("--on", metavar="DATE", help="The day, like 2026-11-20; today without it.")
@click.option("--days", default=60, show_default=True, type=click.IntRange(0, 3650))
@json_option
@practice_option
def due(*, on: str | None, days: int, is_json: bool, practice: str | None) -> None:
    """List what ends or turns 16 within some days, and every open task. Names no patient."""
    from lettergen.consents.register import due as due_work

    with _desk(practice) as desk:
        found = due_work.due(desk.session, desk.actor, on=_day(on, desk.at), days=days)
    lines = [
        {
            "due": one.due_on.isoformat(),
            "form": one.reference,
            "purpose": one.purpose or "",
            "kind": one.kind,
            "what": one.what,
            "overdue": one.is_overdue,
        }
        for one in found
    ]
    if is_json:
        _print({"due": lines})
        return
    for line in lines:
        late = "  overdue" if line["overdue"] else ""
        about = f"{line['form']} {line['purpose']}".rstrip()
        click.echo(f"{line['due']}  {about}: {line['what']}{late}")
    if not lines:
        click.echo("Nothing is due.")


@consents.command()
@practice_option
def nightly(*, practice: str | None) -> None:
    """Write down what the clock has ended, and open its tasks; run it from a timer every night."""
    from lettergen.consents.register import ageing

    with _desk(practice) as desk:
        done = ageing.settle(desk.session, desk.terms(), desk.actor, at=desk.at)
        opened = sum(len(one.tasks) for one in done)
    click.echo(f"{len(done)} consents changed by the clock, {opened} tasks opened")


@consents.command()
@click.option("--from", "since", required=True, metavar="DATE", help="The first day.")
@click.option("--to", "until", metavar="DATE", help="The last day; today without it.")
@practice_option
def audit(*, since: str, until: str | None, practice: str | None) -> None:
    """Print figures for an audit as JSON, with every consent and its state; names no patient."""
    from lettergen.consents.register import figures

    with _desk(practice) as desk:
        last = _day(until, desk.at)
        if last < day_named(since):
            raise click.UsageError("--to is before --from")
        found = figures.figures(desk.session, desk.actor, since=day_named(since), until=last)
        lines = figures.export(desk.session, desk.actor, on=last)
    _print({"figures": asdict(found), "consents": [asdict(one) for one in lines]})


@contextmanager
def _desk(practice: str | None) -> Iterator[_Desk]:
    """Open the register as whoever runs the command line; it commits at the end."""
    with at_desk(config.load(), practice) as (session, actor):
        yield _Desk(session, actor, datetime.now(UTC))


def _day(text: str | None, at: datetime) -> date:
    from lettergen.calendar import local_day

    return day_named(text) if text else local_day(at)


def _lines(report: "Report", *, is_dry_run: bool) -> Iterator[str]:
    for row in report.refused:
        yield f"refused: {row.name} {' '.join(row.codes)}".rstrip()
        for field, messages in row.messages.items():
            yield from (f"    {field}: {message}" for message in messages)
    yield from (f"already in the register: {name}" for name in report.known)
    for name, fields in report.gaps.items():
        yield f"lacks something: {name}"
        for field, messages in fields.items():
            yield from (f"    {field}: {message}" for message in messages)
    if report.refused:
        yield f"nothing was filed: {len(report.refused)} refused"
        return
    yield from (f"{'would file' if is_dry_run else 'filed'}: {name}" for name in report.filed)
    verb = "would be filed" if is_dry_run else "filed"
    yield f"{len(report.filed)} forms {verb}, {len(report.known)} already in the register"


def _print(content: dict[str, object]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, indent=1, default=str))
