"""`triage`: what to do about a request, decided from its answers; or about a file of them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from lettergen.requests.catalogue import Catalogue
    from lettergen.requests.triage import Decision

EXPECTED = ("outcome", "rule", "letter")
NAMES = ("id", "name")


class Case(NamedTuple):
    """One request: where it stands, its name if it has one, its answers, and what it should be."""

    where: str
    name: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]


@click.command()
@click.argument("path", metavar="INPUTS.json", type=click.Path(path_type=Path))
def triage(*, path: Path) -> None:
    """Print what the answers in INPUTS.json come to: outcome, rule, letter, reason and source.

    The file holds the answers (type, flag, subject, ask, requester, consent, alt, payer, offered),
    a case with them under `inputs`, or several: a list, or `examples` beside `defaults`. Answers
    that are left out take their defaults. Several are printed as a list.

    Exits with 1 if a case says what it should come to and does not, which is named; with 2 for
    answers that do not exist.
    """
    from lettergen import places
    from lettergen.cli.answers import read_json
    from lettergen.requests import catalogue

    given = read_json(path)
    cases = list(_cases(given, path))
    known = catalogue.load(places.here())
    reports = [_report(case, _decided(known, case)) for case in cases]
    is_one = isinstance(given, dict) and "examples" not in given
    click.echo(json.dumps(reports[0] if is_one else reports, ensure_ascii=False, indent=1))
    raise click.exceptions.Exit(1 if any("expected" in one for one in reports) else 0)


def _cases(given: Any, path: Path) -> Iterator[Case]:
    """Yield the cases of a file; Unreadable for what holds none."""
    from lettergen.cli.answers import Unreadable

    defaults: Any = {}
    rows = given if isinstance(given, list) else [given]
    if isinstance(given, dict) and "examples" in given:
        defaults, rows = given.get("defaults", {}), given["examples"]
    if not isinstance(defaults, dict) or not isinstance(rows, list):
        raise Unreadable(f"{path}: defaults is an object, and examples a list")
    for place, row in enumerate(rows, start=1):
        where = f"{path}, case {place}" if len(rows) > 1 else str(path)
        if not isinstance(row, dict):
            raise Unreadable(f"{where}: must be a JSON object, the answers or a case")
        if "inputs" not in row:
            yield Case(where, "", {**defaults, **row}, {})
            continue
        if not isinstance(row["inputs"], dict):
            raise Unreadable(f"{where}: inputs must be an object, the answers")
        expected = row.get("expect", row)
        if not isinstance(expected, dict):
            raise Unreadable(f"{where}: expect must be an object")
        name = next((str(row[key]) for key in NAMES if key in row), "")
        yield Case(
            f"{where} ({name})" if name else where,
            name,
            {**defaults, **row["inputs"]},
            {key: expected[key] for key in EXPECTED if key in expected},
        )


def _decided(known: "Catalogue", case: Case) -> "Decision":
    from lettergen.cli.answers import Unreadable
    from lettergen.requests.triage import BadInputs, decide

    try:
        return decide(known, case.inputs)
    except BadInputs as wrong:
        raise Unreadable(f"{case.where}: {wrong}") from wrong


def _report(case: Case, decision: "Decision") -> dict[str, Any]:
    """Return what is printed of one case; what it should have come to only where it did not."""
    said = {
        "outcome": decision.outcome,
        "rule": decision.rule,
        "letter": decision.letter,
        "reason": decision.reason,
        "source": decision.source,
        "next_action": decision.next_action,
        "also": list(decision.also),
        "nameless": decision.nameless,
    }
    differs = any(said[key] != value for key, value in case.expected.items())
    named = {"name": case.name} if case.name else {}
    return {**named, **said, **({"expected": dict(case.expected)} if differs else {})}
