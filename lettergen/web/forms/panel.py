"""The panel "Ready to send?": how far the form is, and what still stands in the way of a letter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lettergen import computations
from lettergen.calendar import british_date
from lettergen.conditions import is_blank
from lettergen.definitions import Computed, DocumentType, Field
from lettergen.forms import Finding, Reading, label_of
from lettergen.web.forms.rows import posted_as
from lettergen.web.forms.widgets import anchor

Typed = Mapping[str, Sequence[str]]
NEEDED = "This is needed for the letter."
STRAYS = "fill-strays"
PANEL = "fill-ready"

SAID = {True: "yes", False: "no", None: ""}
STATES = {
    "done": "done",
    "started": "started",
    "empty": "not started",
    "wrong": "something is wrong",
}


@dataclass(frozen=True)
class Link:
    """A question in words, and the id of the control that answers it."""

    text: str
    id: str


@dataclass(frozen=True)
class Figure:
    """A computed value worth seeing while one fills the form; empty while it is unknown."""

    label: str
    value: str


@dataclass(frozen=True)
class Notice:
    """A rule that fired, with the questions that it points at, and its reason so far."""

    rule_id: str
    level: str
    message: str
    clear: str
    reason: str
    tick: str
    is_settled: bool
    links: tuple[Link, ...]

    @property
    def name(self) -> str:
        """The posted name of the reason or acknowledgement."""
        return f"override_reasons-{self.rule_id}"

    @property
    def id(self) -> str:
        """The id of the control that takes the reason."""
        return f"reason-{self.rule_id}"


@dataclass(frozen=True)
class SectionState:
    """One line of the side list."""

    id: str
    title: str
    state: str

    @property
    def words(self) -> str:
        """The state for people who do not see the mark."""
        return STATES[self.state]


@dataclass(frozen=True)
class Panel:
    """All that the panel shows.

    `waiting` are stops and warnings over needed questions that nobody has answered yet: true, but
    no alarm. `records` says what is lacking that the form does not ask.
    """

    answered: int
    asked: int
    figures: tuple[Figure, ...]
    stops: tuple[Notice, ...]
    waiting: tuple[Notice, ...]
    warnings: tuple[Notice, ...]
    info: tuple[Notice, ...]
    missing: tuple[Link, ...]
    errors: tuple[Link, ...]
    records: tuple[str, ...]

    @property
    def open_warnings(self) -> int:
        """How many warnings still need a reason or a tick."""
        return sum(not notice.is_settled for notice in self.warnings)


def panel_of(reading: Reading, typed: Typed) -> Panel:
    """Return what the panel shows for a reading of what was typed."""
    answered, asked = reading.progress
    waiting = [one for one in reading.findings if _is_waiting(one, reading)]
    notices = {
        level: tuple(
            _notice(one, reading, typed)
            for one in reading.findings
            if one.level == level and one not in waiting and not _lists_missing(one, reading)
        )
        for level in ("stop", "warn", "info")
    }
    return Panel(
        answered=answered,
        asked=asked,
        figures=tuple(_figures(reading.document_type.computed, reading)),
        stops=notices["stop"],
        waiting=tuple(_notice(one, reading, typed) for one in waiting),
        warnings=notices["warn"],
        info=notices["info"],
        missing=missing_links(reading, typed),
        errors=error_links(reading, typed),
        records=tuple(_records(reading)),
    )


def faults_of(reading: Reading, typed: Typed) -> tuple[Link, ...]:
    """Return all that stands between the form and a letter, for the summary after a review."""
    alarms = (one for one in reading.stops if not _lists_missing(one, reading))
    stops = (_fault(one, reading, typed) for one in alarms)
    reasons = (
        Link(f"{one.rule_id}: give a reason or tick it. {one.message}", f"reason-{one.rule_id}")
        for one in reading.unsettled
        if not _is_waiting(one, reading)
    )
    records = (Link(text, PANEL) for text in _records(reading))
    missing = (Link(f"Needed: {one.text}", one.id) for one in missing_links(reading, typed))
    return (*error_links(reading, typed), *stops, *missing, *reasons, *records)


def error_links(reading: Reading, typed: Typed) -> tuple[Link, ...]:
    """Return every error with the question that it is about."""
    found = []
    for dotted, texts in reading.errors.items():
        said = " ".join(texts)
        if dotted in _reason_fields(reading.document_type):
            found.append(Link(f"Reasons: {said}", PANEL))
        elif is_asked(reading.document_type, dotted):
            link = link_to(reading.document_type, dotted, typed)
            found.append(Link(f"{link.text}: {said}", link.id))
        else:
            found.append(Link("Text that the form no longer asks for is to be removed.", STRAYS))
    return tuple(dict.fromkeys(found))


def missing_links(reading: Reading, typed: Typed) -> tuple[Link, ...]:
    """Return the questions that still need an answer."""
    return tuple(
        link_to(reading.document_type, dotted, typed)
        for dotted in reading.missing
        if is_asked(reading.document_type, dotted)
    )


def wrong_questions(reading: Reading, *, with_missing: bool) -> dict[str, str]:
    """Return dotted name → what is wrong with it; what is missing only if that was asked for."""
    wrong = {name: " ".join(texts) for name, texts in reading.errors.items()}
    return {**(dict.fromkeys(reading.missing, NEEDED) if with_missing else {}), **wrong}


def sections_of(reading: Reading) -> tuple[SectionState, ...]:
    """Return the side list: every section that asks anything now."""
    kind = reading.document_type
    return tuple(
        SectionState(section.id, section.title, reading.section_state(section.id))
        for section in kind.sections
        if any(field.name in reading.shown for field in asked_in(kind, section.id))
    )


def asked_in(kind: DocumentType, section: str) -> tuple[Field, ...]:
    """Return the fields of a section that the page asks: not supplied ones, and no reasons."""
    return tuple(
        field
        for field in kind.fields_of(section)
        if field.supplied_from is None and field.type != "reasons"
    )


def is_asked(kind: DocumentType, dotted: str) -> bool:
    """Say whether the page holds a question of this name."""
    head = dotted.partition(".")[0]
    return any(field.name == head and field.supplied_from is None for field in kind.fields)


def link_to(kind: DocumentType, dotted: str, typed: Typed) -> Link:
    """Return a link to a question by its dotted name."""
    field = kind.field(dotted.partition(".")[0])
    for part in dotted.split(".")[1:]:
        field = next((one for one in field.fields if one.name == part), field)
    return Link(label_of(kind, dotted), anchor(field, posted_as(dotted, typed)))


def _notice(finding: Finding, reading: Reading, typed: Typed) -> Notice:
    kind = reading.document_type
    asked = [name for name in finding.fields if is_asked(kind, name) and name in reading.shown]
    return Notice(
        rule_id=finding.rule_id,
        level=finding.level,
        message=finding.message,
        clear=finding.clear,
        reason=finding.reason,
        tick=finding.tick,
        is_settled=finding.is_settled,
        links=tuple(link_to(kind, name, typed) for name in asked),
    )


def _reason_fields(kind: DocumentType) -> frozenset[str]:
    return frozenset(field.name for field in kind.fields if field.type == "reasons")


def _is_waiting(finding: Finding, reading: Reading) -> bool:
    """Would it say something else, or nothing, once what is missing has been answered?"""
    shown = [name for name in finding.fields if name in reading.shown]
    is_untouched = not any(_is_answered(reading.answers.get(name)) for name in shown)
    is_missing = any(name in reading.missing for name in shown)
    is_stop = finding.level == "stop" and bool(shown)
    is_listed = _lists_missing(finding, reading)
    return is_untouched and (is_missing or is_stop) and not finding.reason and not is_listed


def _lists_missing(finding: Finding, reading: Reading) -> bool:
    """Is it the rule that only says what the list of missing answers says already?"""
    rules = reading.document_type.rules
    rule = next((one for one in rules if one.id == finding.rule_id), None)
    return rule is not None and "missing" in rule.when.names()


def _is_answered(value: object) -> bool:
    return value is not False and not is_blank(value)


def _fault(finding: Finding, reading: Reading, typed: Typed) -> Link:
    links = _notice(finding, reading, typed).links
    return Link(f"{finding.rule_id}: {finding.message}", links[0].id if links else PANEL)


def _records(reading: Reading) -> Iterator[str]:
    kind = reading.document_type
    for record, whose in (("practice", "the practice's record"), ("signer", "the signer's record")):
        lacking = [
            kind.field(name).label
            for name in reading.missing
            if str(kind.supplied().get(name, "")).startswith(f"{record}.")
        ]
        if lacking:
            yield f"To come from {whose}: {', '.join(lacking)}."


def _figures(computed: tuple[Computed, ...], reading: Reading) -> Iterator[Figure]:
    for one in computed:
        if one.label:
            value = reading.computed.get(one.name)
            said = SAID[value] if value is None or isinstance(value, bool) else str(value)
            if value is not None and computations.given(one.function) == "date":
                said = british_date(value)
            total = f" of {one.out_of}" if one.out_of and value is not None else ""
            yield Figure(one.label, said + total)
