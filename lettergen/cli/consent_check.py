"""`check photo-consent`: what stands in the way of a consent, or of several in one file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from lettergen.consents.rules.checking import Checked

PHOTO_CONSENT = "photo-consent"


def check_consent(path: Path, on: str | None) -> NoReturn:
    """Print what the form says about the answers of a file; exit with 0 if they could be filed.

    The file holds answers, a case, or several consents as name → answers or as a list: then every
    field bears the name of its consent in front. Raises Unreadable.
    """
    from lettergen import places
    from lettergen.cli.answers import Unreadable, day_named, read_json, unwrapped
    from lettergen.consents.form import catalogue
    from lettergen.consents.rules import checking
    from lettergen.forms import AnswersUnreadable

    given = read_json(path)
    several = dict(_several(given))
    answers, day = (given, None) if several else unwrapped(given, PHOTO_CONSENT, path)
    known = catalogue.load(places.here())
    checked = {}
    for name, one in (several or {"": answers}).items():
        try:
            checked[name] = checking.check(one, known, on=day_named(on or day))
        except AnswersUnreadable as wrong:
            where = f"{path}, {name}" if name else str(path)
            raise Unreadable(f"{where}: {wrong}") from wrong
    report = _report(checked) if several else _said(checked[""])
    click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    is_sound = all(one.is_sound for one in checked.values())
    raise click.exceptions.Exit(0 if is_sound else 1)


def letters_only(_context: click.Context, _argument: click.Parameter, form: str) -> str:
    """Return the name of a form that makes a letter; a photo consent is signed by a person."""
    from lettergen.cli.answers import Unreadable

    if form == PHOTO_CONSENT:
        raise Unreadable(
            "a photo consent is signed by a person and cannot be made from a file: "
            "use `lettergen check`, or take in signed ones with `lettergen consents import`"
        )
    return form


def _several(given: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and answers if every part of the file is a consent of its own."""
    if not isinstance(given, (dict, list)):
        return
    parts = given.items() if isinstance(given, dict) else enumerate(given)
    named = [(str(name), part) for name, part in parts]
    if all(isinstance(part, dict) and "purposes" in part for _, part in named):
        yield from named


def _said(one: "Checked") -> dict[str, object]:
    return {
        "errors": one.errors,
        "stops": one.stops,
        "warnings": one.warnings,
        "info": one.info,
        "computed": dict(one.computed),
    }


def _report(checked: Mapping[str, "Checked"]) -> dict[str, object]:
    return {
        "errors": {
            f"{name}.{field}": texts
            for name, one in checked.items()
            for field, texts in one.errors.items()
        },
        "stops": _each(checked, "stops"),
        "warnings": _each(checked, "warnings"),
        "info": _each(checked, "info"),
        "computed": {name: dict(one.computed) for name, one in checked.items()},
    }


def _each(checked: Mapping[str, "Checked"], kind: str) -> list[str]:
    return sorted({id_ for one in checked.values() for id_ in getattr(one, kind)})
