"""`lint`: every fault in definitions, letter templates and cases."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from lettergen.cli.answers import Unreadable
from lettergen.config import load
from lettergen.consents.form import catalogue as consents
from lettergen.definitions import NoSuchForm, open_library
from lettergen.definitions.faults import Fault
from lettergen.definitions.library import HasFolders
from lettergen.definitions.lint import lint as lint_library
from lettergen.places import CHECKOUT
from lettergen.requests import catalogue as requests
from lettergen.requests.front import wording as agreements
from lettergen.requests.money import tariff_lint as amounts


def _of_requests(places: HasFolders) -> list[Fault]:
    return [
        *requests.faults_of(places),
        *amounts.faults_of(places),
        *agreements.faults_of(places),
    ]


REQUESTS = "requests"
# What is no letter: the photo consent form, and the catalogue of requests.
OTHERS: Mapping[str, Callable[[HasFolders], list[Fault]]] = {
    consents.SLUG: consents.faults_of,
    REQUESTS: _of_requests,
}


@click.command()
@click.argument("forms", nargs=-1)
@click.option(
    "--cases",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of case files; in a checkout tests/letters.",
)
def lint(forms: tuple[str, ...], cases: Path | None) -> None:
    """Name everything that is wrong with FORMS (or all), each with its file and line.

    A note says what would be easier to read; it is no fault.
    """
    shipped_cases = CHECKOUT / "tests" / "letters"
    folder = cases or (shipped_cases if shipped_cases.is_dir() else None)
    settings = load()
    library = open_library(settings)
    letters = [form for form in forms if form not in OTHERS]
    try:
        faults = lint_library(library, letters, folder) if letters or not forms else []
    except NoSuchForm as wrong:
        raise Unreadable(str(wrong)) from wrong
    for name in [name for name in OTHERS if name in (forms or OTHERS)]:
        faults += OTHERS[name](settings)
    for fault in faults:
        click.echo(str(fault))
    for note in requests.notes_of(settings) if REQUESTS in (forms or OTHERS) else ():
        click.echo(f"note: {note}")
    count = len(forms or [*library.folders.slugs(), *OTHERS])
    click.echo(f"{len(faults)} faults in {count} document types" if faults else f"{count} sound")
    raise click.exceptions.Exit(1 if faults else 0)
