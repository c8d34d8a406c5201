"""A synthetic practice for trying out: its letterhead, its staff, and any number of letters."""

import json
import os
import random
import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from lettergen import accounts, documents, forms, nhs, sealing
from lettergen.calendar import local_day
from lettergen.cli import history
from lettergen.cli.installation import opened, records
from lettergen.config import Settings
from lettergen.definitions import open_library
from lettergen.documents import Office
from lettergen.places import shipped
from lettergen.refusals import Refused
from lettergen.rendering import Renderer
from lettergen.requests.catalogue.standing import Requests
from lettergen.requests.steps import examples

ODS = "Y99991"
LETTERHEAD = accounts.Letterhead(
    name="Example Meadow Surgery (synthetic)",
    ods=ODS,
    address="1 Specimen Lane\nExampleton\nLondon\nZZ99 3WZ",
    phone="020 7946 0101",
    email="synthetic.practice@example.com",
    secure_domains=("nhs.net", "example.com"),
)
STAFF = (
    accounts.Person(
        "Dr Alexis Specimen",
        "alexis.specimen@example.com",
        frozenset({"clinician"}),
        accounts.Registration("gp_partner", "GMC", "9000001"),
    ),
    accounts.Person(
        "Dr Robin Placeholder",
        "robin.placeholder@example.com",
        frozenset({"clinician"}),
        accounts.Registration("gp_salaried", "GMC", "9000002"),
    ),
    accounts.Person("Sam Mockup", "sam.mockup@example.com", frozenset({"reception"})),
    accounts.Person("Jo Template", "jo.template@example.com", frozenset({"manager"})),
)
GIVEN_NAMES = ("Rowan", "Imogen", "Łukasz", "Siân", "Nguyễn", "Þórunn", "Ελένη", "Дарья", "Amal")
FAMILY_NAMES = ("Testerby", "Samplewick", "Mockford", "Exempli", "Specimen-Jones", "Placeholder")
DAYS_BACK = 365
# To issue a letter takes some tenths of a second, and its sealed PDF some hundred kilobytes.
MOST_ISSUED = 1_000
BATCH = 20
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def furnish(settings: Settings) -> list[str]:
    """Make the practice and its staff unless they are there; return how to sign in, by line.

    Raises:
        Refused: the installation holds a practice that is not this one.
    """
    note = settings.data / "demonstration.txt"
    with records(settings) as session:
        found = accounts.practices(session)
        if any(practice.ods != ODS for practice in found):
            raise Refused(
                f"{settings.data} holds a practice that is not the demonstration's. "
                "Name an empty folder in LETTERGEN_DATA for trying out."
            )
        if not found:
            _write_note(note, _add_everyone(session))
            _add_requests(session, settings)
    if not note.is_file():
        return [f"{LETTERHEAD.name} is there; its passwords were in {note}, which is gone"]
    return note.read_text("utf-8").splitlines()


def issue_many(settings: Settings, number: int, on_progress: Callable[[int], object]) -> None:
    """Issue so many letters about made-up patients, over the past year; the same for each run.

    `on_progress` is called with 1 after each letter. Twenty letters are committed together.
    """
    library = open_library(settings)
    letters = [json.loads(path.read_text("utf-8")) for path in _examples()]
    dice = random.Random(number)  # noqa: S311  (nothing is secret: a run can be repeated)
    with Renderer(settings.template_folders) as renderer:
        office = Office(library, renderer, settings.public_address)
        for start in range(0, number, BATCH):
            with records(settings) as session:
                for _ in range(start, min(start + BATCH, number)):
                    _issue_one(session, office, dice.choice(letters), dice)
                    on_progress(1)


def write_history(settings: Settings, number: int, on_progress: Callable[[int], object]) -> int:
    """Write three years of work as rows that count; return how many rows of work that makes."""
    with opened(settings) as sessions, sessions() as session:
        today = local_day(datetime.now(UTC))
        return history.write(settings, session, number, on_progress, today=today)


def _add_everyone(session: Session) -> str:
    at = datetime.now(UTC)
    practice = accounts.create_practice(session, LETTERHEAD, at=at)
    # Made anew for each installation: a demonstration may stand open to a network.
    password = secrets.token_urlsafe(9)
    for person in STAFF:
        accounts.add_staff(session, accounts.operator_of(practice), person, password, at=at)
    # Its letters are sealed on the days that they bear.
    sealing.establish(session, practice, at=at - timedelta(days=DAYS_BACK))
    who = [f"  {one.email:32} {one.name}, {', '.join(one.roles)}" for one in STAFF]
    return "\n".join([f"sign in with the password {password} as", *who]) + "\n"


def _add_requests(session: Session, settings: Settings) -> None:
    """Put eight requests on the board, as reception would have."""
    reception = accounts.staff_by_email(session, STAFF[2].email)
    if reception is not None:
        actor = accounts.actor_of(reception)
        terms = Requests(settings).terms(session, actor)
        examples.receive_all(session, actor, terms, at=datetime.now(UTC))


def _write_note(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _examples() -> list[Path]:
    return sorted((shipped("forms") / "examples").glob("*.json"))


def _issue_one(
    session: Session, office: Office, example: dict[str, Any], dice: random.Random
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=dice.randrange(DAYS_BACK * 24 * 60))
    on = local_day(at)
    kind = office.library.get(example["form"])
    answers = _moved(example["answers"], on - date.fromisoformat(example["on"]))
    for role, text in _patient(dice).items():
        answers[kind.identifies[role]] = text
    typed = {**forms.initial(kind, on), **forms.flatten(kind, answers)}
    actor = accounts.operator_of(accounts.practices(session)[0])
    documents.issue_answers(session, office, actor, kind.slug, typed, on=on, at=at)


def _moved(answer: Any, by: timedelta) -> Any:
    """The answers of another day: every date in them moved alike, so that ages stay true."""
    if isinstance(answer, dict):
        return {name: _moved(value, by) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_moved(value, by) for value in answer]
    if isinstance(answer, str) and ISO_DATE.fullmatch(answer):
        return (date.fromisoformat(answer) + by).isoformat()
    return answer


def _patient(dice: random.Random) -> dict[str, str]:
    return {
        "given_name": dice.choice(GIVEN_NAMES),
        "family_name": dice.choice(FAMILY_NAMES),
        "nhs_number": _synthetic_number(dice),
    }


def _synthetic_number(dice: random.Random) -> str:
    while not nhs.is_sound(number := f"999{dice.randrange(10**7):07}"):
        continue
    return number
