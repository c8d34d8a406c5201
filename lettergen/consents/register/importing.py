"""The way in for an old register: every form is read and checked, and all are filed, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import records
from lettergen.consents.register.deciders import signed_at
from lettergen.consents.register.histories import queue
from lettergen.consents.rules import checking
from lettergen.forms import AnswersUnreadable
from lettergen.models import Actor
from lettergen.refusals import Refused

NAME_LENGTH = 100


@dataclass(frozen=True)
class RefusedRow:
    """One form that cannot be filed: its name in the file, rules by code, and messages by field."""

    name: str
    codes: tuple[str, ...]
    messages: dict[str, list[str]]


@dataclass(frozen=True)
class Report:
    """What an import did, or would do: names of forms in the file.

    `filed` is empty if a form was refused. `gaps` are details that forms of `filed` lack or word
    in their own way: name → field → messages.
    """

    filed: tuple[str, ...]
    known: tuple[str, ...]
    refused: tuple[RefusedRow, ...]
    gaps: dict[str, dict[str, list[str]]]

    @property
    def is_done(self) -> bool:
        """Whether everything in the file is in the register now, or would be."""
        return not self.refused


def cases_of(content: object) -> dict[str, Any]:
    """Return name → form, for an object of them, a list, or one form; Refused for anything else."""
    if isinstance(content, Mapping) and "purposes" in content:
        return {"the form": content}
    if isinstance(content, Mapping):
        return {str(name)[:NAME_LENGTH]: case for name, case in content.items()}
    if isinstance(content, list):
        return {f"row {place}": case for place, case in enumerate(content, 1)}
    raise Refused("The file must hold an object of name and form, or a list of forms.")


def import_cases(
    session: Session,
    terms: Terms,
    actor: Actor,
    cases: Mapping[str, Any],
    *,
    at: datetime,
    is_dry_run: bool = False,
) -> Report:
    """File every form, the oldest first, with what happened to it since; or none of them.

    A form that is there already, word for word, is passed over; the same number with other answers
    is refused. If one is refused, or for a dry run, the register is left as it was. A form is not
    refused for a detail that it lacks and nobody can be asked for any more: the report names it.
    """
    queue(session, actor)
    rows = _Rows(terms, at)
    for name, case in cases.items():
        rows.check(name, case)
    whole = session.begin_nested()
    for name in rows.in_order():
        rows.file(session, actor, name)
    if rows.refused or is_dry_run:
        whole.rollback()
    else:
        whole.commit()
    filed = () if rows.refused else tuple(rows.filed)
    gaps = {name: rows.gaps[name] for name in filed if rows.gaps[name]}
    return Report(filed, tuple(rows.known), tuple(rows.refused), gaps)


class _Rows:
    """The forms of one import on their way: checked, then filed in the order of signing."""

    def __init__(self, terms: Terms, at: datetime) -> None:
        self._terms = terms
        self._at = at
        self._sound: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, str] = {}
        self.gaps: dict[str, dict[str, list[str]]] = {}
        self.filed: list[str] = []
        self.known: list[str] = []
        self.refused: list[RefusedRow] = []

    def check(self, name: str, case: object) -> None:
        """Keep a form that the rules find sound but for gaps, and whose number is its own."""
        try:
            checked = checking.check(
                case,
                self._terms.catalogue,
                on=local_day(self._at),
                settings=self._terms.settings,
            )
        except AnswersUnreadable as fault:
            self.refused.append(RefusedRow(name, (), _messages(fault.errors)))
            return
        if not checked.is_sound_but_for_gaps:
            self.refused.append(RefusedRow(name, tuple(checked.stops), checked.errors))
            return
        number = str(checked.answers.get("record_id") or "").strip()
        if not number or number in self._names:
            self._refuse(name, "record_id", _number_fault(self._names.get(number)))
            return
        self._names[number] = name
        self._sound[name] = checked.answers
        self.gaps[name] = checked.gaps

    def in_order(self) -> list[str]:
        """Return the names of sound forms, the first signed first."""
        return sorted(self._sound, key=lambda name: signed_at(self._sound[name]))

    def file(self, session: Session, actor: Actor, name: str) -> None:
        """File one form, or note why it cannot be; a refused one leaves nothing behind."""
        answers = self._sound[name]
        is_known = records.find(session, actor, str(answers["record_id"])) is not None
        part = session.begin_nested()
        try:
            records.file(session, self._terms, actor, answers, at=self._at, is_imported=True)
        except Refused as fault:
            part.rollback()
            self._refuse(name, "form", str(fault))
            return
        part.commit()
        (self.known if is_known else self.filed).append(name)

    def _refuse(self, name: str, field: str, message: str) -> None:
        self.refused.append(RefusedRow(name, (), {field: [message]}))


def _number_fault(other: str | None) -> str:
    if other is None:
        return "Give the form the record number that its paper bears, so that it is known again."
    return f"{other} in this file bears the same record number. Give each form its own."


def _messages(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in errors.items()}
