"""`post`: sends the e-mail that waits, for a timer, or tries the mail server out."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session, sessionmaker

from lettergen import models
from lettergen import post as mail
from lettergen.cli.desk import require_installation
from lettergen.cli.installation import opened
from lettergen.config import load

COUNTED = (models.SENT, models.WAITING, models.FAILED, models.UNCERTAIN, models.CANCELLED)


@click.command()
@click.option("--check", "is_check", is_flag=True, help="Connect and sign in; send nothing.")
def post(*, is_check: bool) -> None:
    """Send the e-mail that is due now, and say what became of it.

    `lettergen serve` does so by itself; this is for a timer beside another server. Exit code 1 if
    an e-mail could not be sent.
    """
    settings = load()
    smtp = mail.smtp_of(settings)
    if is_check:
        click.echo("\n".join(mail.check(smtp)))
        return
    require_installation(settings)
    with opened(settings) as sessions:
        report = mail.deliver_due(sessions, smtp, lambda: datetime.now(UTC))
        click.echo("\n".join(_lines(sessions, report)))
    is_all_sent = all(one.state in (models.SENT, models.CANCELLED) for one in report.outcomes)
    raise click.exceptions.Exit(0 if is_all_sent else 1)


def _lines(sessions: sessionmaker[Session], report: mail.Report) -> Iterator[str]:
    if not report.outcomes:
        yield "Nothing is due."
        return
    counts = ((state, report.count(state)) for state in COUNTED)
    yield ", ".join(f"{count} {state}" for state, count in counts if count)
    with sessions() as session:
        for one in report.outcomes:
            if one.trouble:
                known = mail.references(session, one.practice_id, [one.subject_id])
                named = known.get(one.subject_id or "", one.message_id)
                yield f"{one.state}: {one.kind} {named}: {one.trouble}"
