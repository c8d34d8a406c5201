"""Storing a reviewed letter: the press of "Sign and issue", on SQLite with its safest settings.

What the seals of its files take is measured apart (sealing.py), and taken off here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.engines import ADDRESS, ANSWERS, FORM, Engine
from lettergen import accounts, documents, forms, models
from lettergen.cli.answers import open_answers
from lettergen.definitions import Folders, Library
from lettergen.places import shipped
from lettergen.rendering import Renderer
from lettergen.sealing import Sealer
from lettergen.vault import demonstration_vault

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LETTERHEAD = accounts.Letterhead(
    name="Example Surgery",
    ods="Y99991",
    address="1 Example Road\nExampletown\nZZ99 3WZ",
    phone="020 7946 0123",
    email="surgery@example.com",
    secure_domains=("nhs.net",),
)
CLINICIAN = accounts.Person(
    "Dr Casey Clinician",
    "clinician@example.com",
    frozenset({"clinician", "manager"}),
    accounts.Registration("gp_partner", "GMC", "9000001"),
)


class WatchedSealer(Sealer):
    """Seals, and keeps count of the seconds that it took."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def seal(self, *args: Any, **kwargs: Any) -> bytes:
        """Return the PDF sealed, as a Sealer does."""
        began = time.perf_counter()
        try:
            return super().seal(*args, **kwargs)
        finally:
            self.seconds += time.perf_counter() - began


@contextmanager
def storing(folder: Path) -> Iterator[Engine]:
    """Yield a function that reviews a letter, then times storing it in milliseconds."""
    engine = models.make_engine(f"sqlite:///{folder / 'bench.sqlite3'}")
    models.migrate(engine)
    sessions = models.open_sessions(engine, demonstration_vault())
    library = Library(Folders((shipped("forms"),), (shipped("templates") / "letters",)))
    given = open_answers(FORM, ANSWERS, "2026-11-20")
    with sessions.begin() as session:
        practice = accounts.create_practice(session, LETTERHEAD, at=NOW)
        staff = accounts.add_staff(
            session, accounts.operator_of(practice), CLINICIAN, "correct horse battery", at=NOW
        )
        actor = accounts.actor_of(staff)
    typed = {**forms.initial(library.get(FORM), NOW.date()), **given.typed}
    with Renderer(library.folders.templates) as renderer:
        sealer = WatchedSealer()
        office = documents.Office(library, renderer, ADDRESS, sealer)

        def run() -> float:
            with sessions.begin() as session:
                draft = documents.start(session, office, actor, FORM, at=NOW, typed=typed)
                review = documents.prepare(session, office, actor, draft.id, at=NOW)
            began, sealed_before = time.perf_counter(), sealer.seconds
            with sessions.begin() as session:
                documents.issue(session, office, actor, draft.id, review.seal, at=NOW)
            sealing = sealer.seconds - sealed_before
            return (time.perf_counter() - began - sealing) * 1000

        yield run
    engine.dispose()
