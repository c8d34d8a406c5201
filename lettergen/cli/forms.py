"""`check` and `render`: what a form says about answers, and how its letter would look."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lettergen import places
from lettergen.cli.consent_check import PHOTO_CONSENT, check_consent, letters_only
from lettergen.cli.files import out_option, written
from lettergen.refusals import Refused
from lettergen.rendering import Rendered, Renderer

if TYPE_CHECKING:
    from lettergen.cli.answers import Given
    from lettergen.forms import Reading

form_argument = click.argument("form")
letter_argument = click.argument("form", callback=letters_only)
answers_argument = click.argument("answers", type=click.Path(path_type=Path))
kind_option = click.option(
    "--kind",
    type=click.Choice(["letter", "patient", "large"]),
    default="letter",
    show_default=True,
    help="The letter, the copy for the patient, or the patient's large print.",
)
on_option = click.option("--on", metavar="DATE", help="The day to work with, like 2026-11-20.")


@click.command()
@form_argument
@answers_argument
@on_option
def check(form: str, answers: Path, on: str | None) -> None:
    """Say what stands in the way of issuing ANSWERS as FORM.

    Prints one JSON object. Exits with 0 if it could be issued, given a reason for each warning.
    """
    if form == PHOTO_CONSENT:
        check_consent(answers, on)
    with Renderer(places.here().template_folders) as renderer:
        given = _open(form, answers, on)
        reading = given.read()
        if any("pages" in rule.when.names() for rule in given.document_type.rules):
            reading = given.read(_pages(given, reading, renderer))
    click.echo(json.dumps(_report(reading), ensure_ascii=False, indent=1))
    raise click.exceptions.Exit(0 if reading.is_sound else 1)


@click.command()
@letter_argument
@answers_argument
@on_option
@kind_option
@out_option
def render(form: str, answers: Path, on: str | None, kind: str, out: Path) -> None:
    """Write the letter that ANSWERS would make, marked DRAFT; nothing is logged."""
    with Renderer(places.here().template_folders) as renderer:
        given = _open(form, answers, on)
        made = _draft(given, given.read(), renderer, kind)
    with written({out: made.pdf}):
        pass
    if out.is_file():
        click.echo(str(out))


def _open(form: str, answers: Path, on: str | None) -> "Given":
    # Imported after the renderer has begun to start: its worker takes about as long.
    from lettergen.cli.answers import open_answers

    return open_answers(form, answers, on)


def _report(reading: "Reading") -> dict[str, object]:
    return {
        "errors": reading.errors,
        "stops": [one.rule_id for one in reading.stops],
        "warnings": [one.rule_id for one in reading.warnings],
        "info": [one.rule_id for one in reading.info],
        "computed": reading.computed,
    }


def _pages(given: "Given", reading: "Reading", renderer: Renderer) -> int | None:
    """Return the length of the letter; None if these answers make no letter yet."""
    try:
        return _draft(given, reading, renderer).pages
    except Refused:
        return None


def _draft(
    given: "Given", reading: "Reading", renderer: Renderer, kind: str = "letter"
) -> Rendered:
    from datetime import UTC, datetime, time

    from lettergen.letters import Heading, sheets

    at = datetime.combine(given.on, time(), UTC)
    made = sheets(reading, at=at, heading=Heading(is_draft=True))
    if kind not in made:
        raise Refused("There is no copy for the patient: the letter has none, or none is wanted.")
    return renderer.render(made[kind])
