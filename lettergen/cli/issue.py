"""`issue`: from answers to a logged PDF in one command."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from lettergen import documents
from lettergen.cli.answers import Unreadable, open_answers
from lettergen.cli.desk import at_desk
from lettergen.cli.files import out_option, written
from lettergen.cli.forms import answers_argument, letter_argument, on_option
from lettergen.config import load, require_public_address
from lettergen.definitions import DocumentType
from lettergen.documents import Office
from lettergen.rendering import Renderer


def _reasons(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    """Return rule → reason; UsageError for one that is not written RULE=TEXT."""
    pairs = [text.partition("=") for text in given]
    wrong = next((rule for rule, sign, why in pairs if not (rule and sign and why.strip())), None)
    if wrong is not None:
        raise click.UsageError(f"write a reason as RULE=TEXT, not {wrong!r}")
    return {rule.strip(): why.strip() for rule, _, why in pairs}


@click.command()
@letter_argument
@answers_argument
@on_option
@out_option
@click.option("--signer", metavar="EMAIL", help="The clinician who signs; else the answers say.")
@click.option(
    "--reason",
    "reasons",
    metavar="RULE=TEXT",
    multiple=True,
    callback=_reasons,
    help="Why it goes ahead in spite of a warning; may be given again.",
)
@click.option("--practice", metavar="ODS", help="Which practice, where there are several.")
def issue(
    *,
    form: str,
    answers: Path,
    on: str | None,
    out: Path,
    signer: str | None,
    reasons: dict[str, str],
    practice: str | None,
) -> None:
    """Issue ANSWERS as FORM: check, render, log; prints the reference.

    The PDF is written and the work logged together, or neither. Beside NAME.pdf stand
    NAME.large.pdf, the patient's large print, and NAME.patient.pdf, the copy for the patient,
    where there is one.
    """
    settings = load()
    require_public_address(settings)
    with Renderer(settings.template_folders) as renderer:
        given = open_answers(form, answers, on)
        office = Office(given.library, renderer, settings.public_address)
        # Loaded while the letter is rendered, which other processes do.
        office.sealer.warm()
        # The files take their places after the commit, and are on the disk before it.
        with ExitStack() as outgoing, at_desk(settings, practice) as (session, actor):
            _require_known(given.document_type, reasons)
            document = documents.issue_answers(
                session,
                office,
                actor,
                form,
                given.typed,
                on=given.on,
                at=datetime.now(UTC),
                signer=signer,
                reasons=reasons,
            )
            session.flush()
            files = {_beside(out, one.kind): one.pdf for one in document.files}
            outgoing.enter_context(written(files))
    click.echo(document.reference)


def _require_known(kind: DocumentType, reasons: dict[str, str]) -> None:
    unknown = set(reasons) - {rule.id for rule in kind.rules}
    if unknown:
        raise Unreadable(f"no rule is called {', '.join(sorted(unknown))}")


def _beside(out: Path, kind: str) -> Path:
    return out if kind == documents.LETTER else out.with_name(f"{out.stem}.{kind}{out.suffix}")
