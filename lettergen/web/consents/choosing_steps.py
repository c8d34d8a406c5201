"""The order of the patient's pages, what each one asks, and where the next one is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lettergen.conditions import is_blank
from lettergen.consents import asking
from lettergen.consents.asking.whose import value_at
from lettergen.consents.form.grammar import ConsentField
from lettergen.consents.papers.evidence import in_words
from lettergen.consents.papers.wording import NO, YES, Question
from lettergen.web.consents.choosing_way import CHILDS, Asked

AGREES, UNSURE, OBJECTS, TOO_YOUNG = "agrees", "unsure", "objects", "too_young_to_say"
VIEW = "decision_maker.child_view"


@dataclass(frozen=True)
class Part:
    """A page of questions beside the uses: those whose name begins in one of these ways.

    Where it belongs to one use, it follows the question about that.
    """

    key: str
    title: str
    lead: str
    begins: tuple[str, ...]
    use: str = ""


PARTS = (
    Part(
        "talks",
        "About talks and courses",
        "Please tick this line if it is right for you.",
        ("purposes.present_external.",),
        use="present_external",
    ),
    Part(
        "article",
        "About the article",
        "Please read each line. Tick each one if it is right for you.",
        ("purposes.publish.ack_",),
        use="publish",
    ),
    Part(
        "your-words",
        "Your part in the article",
        "You can leave the boxes empty.",
        ("purposes.publish.",),
        use="publish",
    ),
    Part(
        "photographer",
        "Who took the photo",
        "The person who took the photo ticks this line.",
        ("photo.copyright_",),
    ),
    Part(
        "told",
        "What we told you",
        "Tick each line if it is true. Is one not true? Then ask our staff first.",
        ("information_given.",),
    ),
    Part(
        "else",
        "Is there anything else?",
        "You can leave these boxes empty.",
        ("",),
    ),
)
# The free words come before what is ticked at the end.
LATE = ("else", "told")


@dataclass(frozen=True)
class Step:
    """One page: the endpoint of the view, what it is about, and whether it was answered."""

    page: str
    values: tuple[tuple[str, str], ...] = ()
    is_done: bool = True

    def address(self, asked: Asked, **more: Any) -> str:
        """Return where it is."""
        return asked.to(self.page, **dict(self.values), **more)


@dataclass(frozen=True)
class Line:
    """One answer in the summary beside the uses, with the page where it is changed."""

    label: str
    answer: str
    part: str


def steps(asked: Asked) -> list[Step]:
    """Return the pages from the first to the summary, in the order in which they come."""
    return [
        Step("start"),
        *([] if asked.is_by_link else [Step("born", is_done=asking.is_confirmed(asked.one))]),
        Step("you"),
        Step("why"),
        *_uses(asked),
        *_besides(asked),
        Step("summary"),
    ]


def after(asked: Asked, page: str, *, to_summary: bool = False, **values: str) -> str:
    """Return the address of the page after this one; `to_summary` passes over what is answered."""
    here = (page, tuple(values.items()))
    known = steps(asked)
    places = [place for place, one in enumerate(known) if (one.page, one.values) == here]
    later = known[places[0] + 1 :] if places else known
    if to_summary:
        return (first_open(asked) or known[-1]).address(asked)
    return (later[0] if later else known[-1]).address(asked)


def before(asked: Asked, page: str, **values: str) -> str | None:
    """Return the address of the page before this one, or None on the first."""
    here = (page, tuple(values.items()))
    known = steps(asked)
    places = [place for place, one in enumerate(known) if (one.page, one.values) == here]
    place = places[0] if places else len(known) - 1
    return known[place - 1].address(asked) if place else None


def first_open(asked: Asked) -> Step | None:
    """Return the first page that waits for an answer, or None."""
    return next((one for one in steps(asked) if not one.is_done), None)


def part(key: str) -> Part | None:
    """Return a page of questions by its key, or None."""
    return next((one for one in PARTS if one.key == key), None)


def fields_of(asked: Asked, key: str) -> list[ConsentField]:
    """Return what a page of questions asks now."""
    return [one for one in _questions(asked) if part_of(one.name) == key]


def part_of(name: str) -> str:
    """Return on which page a question beside the uses stands."""
    return next(one.key for one in PARTS if name.startswith(one.begins))


def lacking(asked: Asked, fields: list[ConsentField]) -> dict[str, str]:
    """Return what a page still needs, in words, by the name of the question."""
    return {
        one.name: _NEEDS.get(one.type, "Write something here")
        for one in fields
        if not _is_answered(asked, one)
    }


def lines(asked: Asked) -> list[Line]:
    """Return what was ticked or written beside the uses."""
    found = ((one, value_at(asked.one.answers, one.name)) for one in _questions(asked))
    return [
        Line(one.label, in_words(one, value), part_of(one.name))
        for one, value in found
        if not is_blank(value)
    ]


def child_said(asked: Asked) -> str:
    """Return what the child beside a parent thinks, as a sentence; nothing where nobody asked."""
    if asked.about != CHILDS or not has_agreed(asked):
        return ""
    name = str(asked.get("patient.full_name") or "").split(" ")[0]
    said = {AGREES: f"{name} says yes too.", UNSURE: f"{name} is not sure yet."}
    return said.get(str(asked.get(VIEW)), "")


def has_agreed(asked: Asked) -> bool:
    """Say whether anything was agreed to, so that it is signed."""
    is_stopped = asking.is_no_photo(asked.one.answers, asked.terms)
    return not is_stopped and any(one.decision == YES for one in asked.words.questions)


def is_stopped(asked: Asked) -> bool:
    """Say whether the child does not want the photo."""
    return asked.about == CHILDS and asked.get(VIEW) == OBJECTS


def question(asked: Asked, key: str) -> Question | None:
    """Return the question about a use, or None if it is not asked."""
    return next((one for one in asked.words.questions if one.key == key), None)


def typed(form: Mapping[str, str], fields: list[ConsentField]) -> dict[str, Any]:
    """Return what a form holds for these questions, as the answers take it; blank for nothing."""
    return {one.name: _read(one, form.get(one.name, "").strip()) for one in fields}


_NEEDS = {"tick": "Tick this line if it is right", "yes_no": "Choose yes or no"}


def _uses(asked: Asked) -> Iterator[Step]:
    is_over = asking.is_no_photo(asked.one.answers, asked.terms)
    for one in asked.words.questions:
        if is_over and one.key != "record":
            continue
        yield Step("use", (("key", one.key),), one.decision in (YES, NO))
        for early in PARTS:
            if early.use == one.key:
                yield from _page(asked, early.key)


def _besides(asked: Asked) -> Iterator[Step]:
    if not has_agreed(asked):
        return
    yield from _page(asked, "photographer")
    if asked.about == CHILDS and asked.get(VIEW) != TOO_YOUNG:
        yield Step("child", (), bool(asked.get(VIEW)))
    for key in LATE:
        yield from _page(asked, key)


def _page(asked: Asked, key: str) -> Iterator[Step]:
    fields = fields_of(asked, key)
    if fields:
        yield Step("more", (("part", key),), not lacking(asked, fields))


def _questions(asked: Asked) -> list[ConsentField]:
    return asking.questions(asked.one, asked.terms, at=asked.at)


def _is_answered(asked: Asked, one: ConsentField) -> bool:
    value = value_at(asked.one.answers, one.name)
    return value is True if one.type == "tick" else one.required is not True or not is_blank(value)


def _read(one: ConsentField, text: str) -> Any:
    if one.type == "tick":
        return True if text else ""
    if one.type == "yes_no":
        return {"yes": True, "no": False}.get(text, "")
    return text
