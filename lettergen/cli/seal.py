"""`seal`: the certificate that seals a practice's letters, and what the seal of a file says."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from lettergen import accounts, sealing
from lettergen.calendar import british_date
from lettergen.cli.desk import at_desk
from lettergen.cli.installation import is_behind, records
from lettergen.config import load
from lettergen.models import Certificate
from lettergen.sealing import Examined

practice_option = click.option(
    "--practice", metavar="ODS", help="Which practice, where there are several."
)


@click.group()
def seal() -> None:
    """Show or change the certificate that seals letters; examine a sealed file."""


@seal.command()
@practice_option
def show(practice: str | None) -> None:
    """Show the certificate that seals the practice's letters, and those before it."""
    with at_desk(load(), practice) as (session, actor):
        found = sealing.known(session, actor.practice_id)
        if found is None:
            click.echo("There is no certificate yet: it is made with the next letter.")
        else:
            click.echo("\n".join(_described(found)))
            if sealing.ends_soon(found, at=datetime.now(UTC)):
                click.echo("  bring another before that: lettergen seal replace FILE.p12")
        for one in sealing.earlier(session, actor):
            click.echo(f"\nbefore, until {_day(one.ended_at or one.not_after)}:")
            click.echo("\n".join(_described(one)))


@seal.command()
@practice_option
def new(practice: str | None) -> None:
    """Make a new key and certificate of lettergen's own, and seal with them from now on."""
    with at_desk(load(), practice) as (session, actor):
        made = sealing.renew(session, actor, at=datetime.now(UTC))
        click.echo("\n".join(_described(made)))


@seal.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--password-stdin",
    "is_password_given",
    is_flag=True,
    help="Read the file's password from standard input, without being asked for it.",
)
@practice_option
def replace(*, file: Path, is_password_given: bool, practice: str | None) -> None:
    """Seal with the certificate and key in FILE, a PKCS#12 (.p12 or .pfx), from now on."""
    with file.open("rb") as opened:
        content = opened.read(sealing.LARGEST_FILE + 1)
    # Not an option's value: everybody on the machine can list the options of its programs.
    if is_password_given or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password of the file", hide_input=True, default="")
    with at_desk(load(), practice) as (session, actor):
        brought = sealing.replace(session, actor, content, password, at=datetime.now(UTC))
        click.echo("\n".join(_described(brought)))


@seal.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def examine(file: Path) -> None:
    """Say who sealed FILE, a PDF, when, and whether it was changed since.

    Exit code 1 where it bears no seal, was changed, or was sealed by nobody here.
    """
    # What the library tells about damaged files is for its developers.
    logging.getLogger("pyhanko").addHandler(logging.NullHandler())
    found = sealing.examine(file.read_bytes())
    if not found.is_sealed:
        click.echo("This file bears no seal that can be read.")
        raise click.exceptions.Exit(1)
    owner, is_known = _owner(found)
    click.echo(f"sealed in the name of {found.signer_name or 'nobody'}")
    if found.sealed_at:
        click.echo(f"  on {_day(found.sealed_at)} at {found.sealed_at.astimezone(UTC):%H:%M} UTC")
    click.echo(f"  fingerprint {_grouped(found.fingerprint)}")
    click.echo(f"  {owner}")
    click.echo(f"  {_verdict(found)}")
    raise click.exceptions.Exit(0 if found.holds and is_known else 1)


def _verdict(found: Examined) -> str:
    if not found.is_intact:
        return "changed: this is not what was sealed"
    if not found.covers_all:
        return "changed: something was added after it was sealed"
    return "unchanged since it was sealed"


def _owner(found: Examined) -> tuple[str, bool]:
    """Return whose certificate it is, and whether nothing is known against that."""
    settings = load()
    if not settings.keys_file.is_file() or is_behind(settings):
        return "compare the fingerprint with the one that the practice tells you", True
    with records(settings) as session:
        for one in accounts.practices(session):
            if sealing.by_fingerprint(session, accounts.operator_of(one), found.fingerprint):
                return f"this is a certificate of {one.name}, of this installation", True
    return "this is not a certificate of any practice of this installation", False


def _described(certificate: Certificate) -> list[str]:
    maker = "made by lettergen" if certificate.is_own else "brought by the practice"
    return [
        f"{certificate.name} ({maker})",
        f"  fingerprint {_grouped(certificate.fingerprint)}",
        f"  valid from {_day(certificate.not_before)} until {_day(certificate.not_after)}",
    ]


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4)).upper()


def _day(at: datetime) -> str:
    return british_date(at.date())
