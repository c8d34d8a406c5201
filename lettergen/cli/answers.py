"""Answers from a JSON file: bare, or as a case with its form, day and expectation."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import click

from lettergen import forms, places
from lettergen.definitions import DocumentType, Library, NoSuchForm, open_library
from lettergen.forms import AnswersUnreadable, Reading, Typed

FILE_LIMIT = 2_000_000
CASE_KEYS = {"form", "on", "answers", "expect", "name"}


class Unreadable(click.ClickException):
    """Input that cannot be read; one line on standard error, exit code 2."""

    exit_code = 2


class Given(NamedTuple):
    """What a command was given: the form, what was typed into it, and the day."""

    library: Library
    document_type: DocumentType
    typed: Typed
    on: date

    def read(self, pages: int | None = None) -> Reading:
        """Read the answers."""
        return forms.read(
            self.document_type,
            self.typed,
            on=self.on,
            directories=self.library.directories,
            pages=pages,
        )


def open_answers(slug: str, path: Path, on: str | None) -> Given:
    """Return the form of this name with the answers of a file.

    Raises Unreadable for a form that does not exist, and for a file that is too large, no sound
    JSON, a case of another form, or answers with unknown names or wrong types.
    """
    library = open_library(places.here())
    try:
        kind = library.get(slug)
    except NoSuchForm as wrong:
        raise Unreadable(str(wrong)) from wrong
    given = read_json(path)
    answers, day = unwrapped(given, slug, path)
    try:
        typed = {**forms.initial(kind, day_named(on or day)), **forms.flatten(kind, answers)}
    except AnswersUnreadable as wrong:
        raise Unreadable(f"{path}: {wrong}") from wrong
    return Given(library, kind, typed, day_named(on or day))


def unwrapped(given: Any, slug: str, path: Path) -> tuple[Any, str | None]:
    """Return the answers and the day of a case, or bare answers without a day.

    Raises Unreadable for what is no object, a case of another form, or a day that is no text.
    """
    if not isinstance(given, dict):
        raise Unreadable(f"{path}: must hold one JSON object, the answers or a case")
    if not isinstance(given.get("answers"), dict) or set(given) - CASE_KEYS:
        return given, None
    if given.get("form", slug) != slug:
        raise Unreadable(f"{path}: is a case of the form {given['form']!r}, not of {slug!r}")
    day = given.get("on")
    if day is not None and not isinstance(day, str):
        raise Unreadable(f"{path}: on must be a date as a text, like 2026-11-20")
    return given["answers"], day


def read_json(path: Path, limit: int = FILE_LIMIT) -> Any:
    """Return what a JSON file of up to so many bytes holds; Unreadable says what is wrong."""
    try:
        content = _read(path, limit)
        text = content.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: is not UTF-8 text") from error
    except RecursionError as error:
        raise Unreadable(f"{path}: is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{path}: is not sound JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        ) from error
    except ValueError as error:  # from Python's limit on the digits of a number
        raise Unreadable(f"{path}: holds a number of too many digits") from error


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Unreadable(f"{path}: is larger than {limit // 1_000_000} MB")
    return content


def _no_number(name: str) -> NoReturn:
    """Python reads NaN and Infinity; they are no JSON, and NaN is not even itself."""
    raise Unreadable(f"{name} is no number that JSON knows")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, _ in pairs if [key for key, _ in pairs].count(name) > 1)
        raise Unreadable(f"the name {twice!r} stands twice in one object")
    return found


def day_named(text: str | None) -> date:
    """Return the day of an ISO text, or today; Unreadable for a text that is no day."""
    try:
        return date.fromisoformat(text) if text else datetime.now().astimezone().date()
    except ValueError as error:
        raise Unreadable(f"{text!r} is no date; write it like 2026-11-20") from error
