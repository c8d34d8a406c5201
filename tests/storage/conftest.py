"""A draft that waits for its signature, and other processes that have the same database open."""

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from lettergen import documents, models
from lettergen.models import Actor, Document, Draft, Event

TYPED = {
    "given_name": ["Roberta"],
    "family_name": ["Testerby"],
    "date_of_birth": ["1990-02-28"],
    "nhs_number": ["999 000 1006"],
    "addressee": ["Example Clinic"],
    "body": ["She may travel."],
}

PREPARED = """
    import sys
    from datetime import datetime
    from pathlib import Path
    from sqlalchemy import select
    from lettergen import documents, models
    from lettergen.accounts import Actor
    from lettergen.definitions import Folders, Library
    from lettergen.vault import demonstration_vault

    sessions = models.open_sessions({url!r}, demonstration_vault())
    library = Library(Folders((Path({forms!r}),), (Path({letters!r}),)))
    office = documents.Office(library, None, "https://letters.example.com")
    actor = {actor!r}
    DRAFT, SEAL = {draft_id!r}, {seal!r}
    NOW = datetime.fromisoformat("2026-11-20T10:30:00+00:00")
"""


def start(script: str) -> "subprocess.Popen[str]":
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    root = Path(__file__).parent.parent
    return subprocess.Popen([sys.executable, "-c", script], text=True, cwd=root, **pipes)


def _out(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return out


@dataclass(frozen=True)
class Case:
    """A draft that waits for its signature, and all that is needed to sign it."""

    engine: Engine
    sessions: sessionmaker[Session]
    office: documents.Office
    actor: Actor
    now: datetime
    draft_id: str
    seal: str
    events: int
    typed = TYPED

    def issue(self, session: Session) -> Document:
        return documents.issue(
            session, self.office, self.actor, self.draft_id, self.seal, at=self.now
        )

    def save(self, session: Session, typed: dict[str, list[str]]) -> Draft:
        return documents.save(
            session, self.office, self.actor, self.draft_id, typed, revision=1, at=self.now
        )

    def told_by(self, script: str, **known: object) -> str:
        """Return what another process prints, which must not show a traceback."""
        return _out(self.process(script, **known))

    def assert_nothing_happened(self) -> None:
        with self.sessions() as session:
            assert session.scalar(select(func.count()).select_from(Document)) == 0
            assert session.get(Draft, self.draft_id).is_open
            assert session.scalar(select(func.count()).select_from(Event)) == self.events
            assert models.verify_chain(session, self.actor.practice_id) is None

    def assert_it_can_be_issued_now(self) -> None:
        with self.sessions.begin() as session:
            assert self.issue(session).state == "issued"

    def process(self, script: str, **known: object) -> "subprocess.Popen[str]":
        """Start another process that has the same database open."""
        prepared = PREPARED.format(
            url=self.engine.url.render_as_string(hide_password=False),
            forms=str(self.office.library.folders.forms[0]),
            letters=str(self.office.library.folders.templates[0]),
            actor=self.actor,
            draft_id=self.draft_id,
            seal=self.seal,
        )
        values = "".join(f"{name} = {value!r}\n" for name, value in known.items())
        return start(textwrap.dedent(prepared) + values + textwrap.dedent(script))


@pytest.fixture
def case(engine, sessions, office, people, now) -> Case:
    with sessions.begin() as session:
        draft = documents.start(session, office, people.clinician, "note", at=now, typed=TYPED)
    with sessions.begin() as session:
        review = documents.prepare(session, office, people.clinician, draft.id, at=now)
        events = session.scalar(select(func.count()).select_from(Event))
    return Case(
        engine, sessions, office, people.clinician, now, draft.id, review.seal, events=events
    )


@pytest.fixture
def file_case(case: Case) -> Case:
    """A case in a file of SQLite's, to which something can be done."""
    if case.engine.dialect.name != "sqlite":
        pytest.skip("this fault is made with a file of SQLite's")
    return case


@pytest.fixture
def start_process():
    """Start another process on a script of Python."""
    return lambda script, **known: start(textwrap.dedent(script).format(**known))
