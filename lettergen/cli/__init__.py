"""The command line: each command is loaded only when it is called, so that a start costs little."""

import importlib
import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from lettergen.refusals import Refused

COMMANDS = {
    "init": "install",
    "serve": "install",
    "demo": "install",
    "doctor": "install",
    "check": "forms",
    "render": "forms",
    "issue": "issue",
    "consents": "consents",
    "lint": "lint",
    "seal": "seal",
    "triage": "triage",
    "workload": "workload",
    "post": "post",
    "requests": "requests",
}


class _Commands(click.Group):
    """A group whose commands live in modules that are imported on demand."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"lettergen.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lettergen")
def lettergen() -> None:
    """Letters and forms for general practice.

    Exit codes: 0 done, 1 refused (the reasons on standard output), 2 wrong usage or input that
    cannot be read (one line on standard error).
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; only `python -X dev -m lettergen.cli` shows a traceback."""
    # What is logged is for whoever serves; a command says its one line, and no more.
    logging.getLogger("lettergen").addHandler(logging.NullHandler())
    try:
        code = lettergen.main(args=arguments, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as empty:
        click.echo(empty.format_message())
        sys.exit(0)
    except click.Abort:
        _fail("stopped")
    except click.ClickException as wrong:
        _fail(wrong.format_message())
    except Refused as refused:
        _refuse(refused)
    except OSError as error:
        _fail(f"{error.filename or 'the disk'}: {error.strerror or error}")
    except Exception as bug:
        if sys.flags.dev_mode:
            raise
        _fail(_named(bug))
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(refused: Refused) -> NoReturn:
    from lettergen.models import StorageUnavailable

    if isinstance(refused, StorageUnavailable):
        _fail(str(refused))
    click.echo("\n".join((str(refused), *refused.reasons)))
    sys.exit(1)


def _named(bug: Exception) -> str:
    """Say where a fault of ours lies; its words are left out, for they may be a patient's."""
    where = traceback.extract_tb(bug.__traceback__)[-1]
    return (
        f"this is a fault of lettergen ({type(bug).__name__} in {Path(where.filename).name}, "
        f"line {where.lineno}); please report what you did"
    )


def _fail(message: str) -> NoReturn:
    click.echo(f"lettergen: {' '.join(message.split())}", err=True)
    sys.exit(2)
