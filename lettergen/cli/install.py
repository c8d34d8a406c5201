"""`init`, `demo`, `doctor` and `serve`: from an empty machine to the web app."""

import logging
import secrets
import signal
import socket
import sys
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from lettergen import accounts, config, models, sealing
from lettergen.cli.installation import prepare, records
from lettergen.models import Practice
from lettergen.refusals import Refused

QUESTIONS = {
    "practice": "Name of the practice",
    "ods": "ODS code of the practice, like Y99991",
    "name": "Your name (you will be its manager)",
    "email": "Your e-mail address, to sign in with",
}


@click.command()
@click.option("--practice", help="The name of the first practice.")
@click.option("--ods", help="Its ODS code.")
@click.option("--name", help="The name of its first manager.")
@click.option("--email", help="The e-mail address with which the manager signs in.")
@click.option(
    "--password-stdin",
    "is_password_given",
    is_flag=True,
    help="Read the manager's password from standard input; without this one is made and printed.",
)
def init(*, is_password_given: bool, **given: str | None) -> None:
    """Make the data folder, keys, database, a first practice, its manager and certificate.

    What exists is kept: run it again after an upgrade to bring the database up to date.
    """
    settings = config.load()
    for line in prepare(settings):
        click.echo(line)
    with records(settings) as session:
        if found := accounts.practices(session):
            _complete(session, found)
            click.echo(f"{found[0].name} is there already: nothing else to do")
            return
        answers = _answers(given)
        # Not an option's value: everybody on the machine can list the options of its programs.
        chosen = (
            sys.stdin.readline().rstrip("\n") if is_password_given else secrets.token_urlsafe(12)
        )
        _establish(session, answers, chosen)
    click.echo(f"made the practice {answers['practice']}, with {answers['name']} as its manager")
    shown = "the password that you gave" if is_password_given else f"the password {chosen}"
    click.echo(f"sign in as {answers['email']} with {shown}")
    click.echo("next: lettergen serve, then fill in the letterhead and add the staff")


def _answers(given: dict[str, str | None]) -> dict[str, str]:
    missing = [name for name, value in given.items() if not value]
    if missing and not sys.stdin.isatty():
        raise click.UsageError(f"give {', '.join(f'--{name}' for name in missing)}")
    return {name: given[name] or click.prompt(QUESTIONS[name]) for name in QUESTIONS}


def _establish(session: Session, answers: dict[str, str], password: str) -> None:
    at = datetime.now(UTC)
    letterhead = accounts.Letterhead(name=answers["practice"], ods=answers["ods"])
    practice = accounts.create_practice(session, letterhead, at=at)
    manager = accounts.Person(answers["name"], answers["email"], frozenset({"manager"}))
    accounts.add_staff(session, accounts.operator_of(practice), manager, password, at=at)
    sealing.establish(session, practice, at=at)


def _complete(session: Session, practices: list[Practice]) -> None:
    """Give practices of an earlier version the certificate that seals their letters."""
    for practice in practices:
        if sealing.known(session, practice.id) is None:
            sealing.establish(session, practice, at=datetime.now(UTC))
            click.echo(f"made the certificate that seals the letters of {practice.name}")


@click.command()
@click.option("--documents", default=0, type=click.IntRange(0, 2_000_000), help="Make so many.")
def demo(documents: int) -> None:
    """Fill an empty installation with a synthetic practice and its staff.

    Made for trying out: refuses an installation that holds other records, and production. Up to
    1,000 documents are letters that are really issued, over the past year; beyond that they are
    rows that count, over three years, without a letter to open.
    """
    from lettergen.cli import demonstration

    settings = config.load()
    if settings.is_production:
        raise Refused("This is a production installation: synthetic records do not belong in it.")
    prepare(settings)
    for line in demonstration.furnish(settings):
        click.echo(line)
    if documents > demonstration.MOST_ISSUED:
        with click.progressbar(length=documents, label="Writing", file=sys.stderr) as progress:
            rows = demonstration.write_history(settings, documents, progress.update)
        click.echo(f"wrote {documents:,} documents that count, with {rows:,} rows of work")
    elif documents:
        with click.progressbar(length=documents, label="Issuing", file=sys.stderr) as progress:
            demonstration.issue_many(settings, documents, progress.update)
        click.echo(f"issued {documents} letters")


@click.command()
def doctor() -> None:
    """Say what would hurt this installation, and what to do about it."""
    from lettergen import doctor

    complaints = doctor.examine(config.load(), at=datetime.now(UTC))
    for complaint in complaints:
        click.echo(f"{complaint.what}\n    {complaint.remedy}")
    if not complaints:
        click.echo("Nothing hurts.")
    raise click.exceptions.Exit(1 if complaints else 0)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the web app, and send its e-mail, until it is stopped (Ctrl-C)."""
    import waitress

    from lettergen.app import create_app

    settings = config.load()
    _require_installation(settings)
    _require_free(host, port)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(settings)
    with app.extensions["lettergen"].postman.on_duty():
        # A polite request to stop is taken like Ctrl-C, so that an e-mail on its way may arrive.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        click.echo(f"lettergen is at http://{f'[{host}]' if ':' in host else host}:{port}/")
        waitress.serve(app, host=host, port=port, threads=8, ident=None, _quiet=True)


def _require_installation(settings: config.Settings) -> None:
    if not settings.keys_file.is_file():
        raise Refused(f"There is nothing in {settings.data} yet. Run: lettergen init")
    engine = models.make_engine(settings.database_url)
    is_behind = models.is_behind(engine)
    engine.dispose()
    if is_behind:
        raise Refused("The database is behind this version. Back it up, then: lettergen init")


def _require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise click.ClickException(
            f"cannot answer on {host}, port {port}: {error.strerror}. Choose another with --port"
        ) from error
