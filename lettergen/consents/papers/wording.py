"""What the patient reads: the same words on the screen, on paper and in the hash of what was read.

The words stand in `forms/consents/words.toml` and `purposes.toml`. Here they are chosen and filled
in for one patient, and nothing is added to them.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lettergen.calendar import british_date
from lettergen.conditions import is_blank
from lettergen.consents.form import settings as practice_settings
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.grammar import ConsentField, Purpose
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.facts import Known
from lettergen.rendering.wording import first_lower

YES, NO, NOT_ASKED = "yes", "no", "not_asked"
SAID = {YES: "Yes", NO: "No", NOT_ASKED: "Not asked"}
# What stands in for what is not known: a line to write on where the paper is filled in by hand,
# else the widest that the question may mean.
TO_FILL = "_" * 24
UNKNOWN = {
    "site": "body",
    "reason": "it helps us to look after you",
    "recipient": "another NHS service",
    "name": "somebody",
}
THINGS = {"short_video": "a short video"}
SIDES = ("left", "right", "both")
# What an answer is limited to, as the patient is told beside the question: those that stand
# together come under the label of the first.
LIMITS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "teach_closed": (("audience",), ("anonymise",)),
    "present_external": (("event",),),
    "publish": (("article_title", "outlet_name"),),
    "public": (("places", "place_detail"),),
    "research": (("study_title", "rec_reference"),),
}


@dataclass(frozen=True)
class Question:
    """One use of a photo as the patient is asked about it.

    `decision` is yes, no, or empty where it has not been answered yet; `answer` is the same in a
    word. `limits` are label and text of who may see what, as far as it is known; `until` is the
    ISO day on which a yes ends, or empty.
    """

    number: int
    key: str
    part: int
    question: str
    words: tuple[str, ...]
    yes: str
    no: str
    decision: str
    limits: tuple[tuple[str, str], ...]
    until: str

    @property
    def answer(self) -> str:
        """The answer in a word, or nothing."""
        return SAID.get(self.decision, "")


@dataclass(frozen=True)
class Words:
    """The patient's page: what stands before, among and behind the questions.

    `parts` are heading and questions; `not_asked` names the uses that were not asked about.
    """

    title: str
    opening: tuple[str, ...]
    choice: tuple[str, ...]
    besides: tuple[str, ...]
    parts: tuple[tuple[str, tuple[Question, ...]], ...]
    not_asked: tuple[str, ...]
    change_heading: str
    change: tuple[str, ...]
    signing_heading: str
    signing: tuple[str, ...]
    foot: tuple[str, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in the order in which they are asked."""
        return tuple(one for _, questions in self.parts for one in questions)


def questions_for(
    answers: Mapping[str, Any], catalogue: Catalogue, *, by_hand: bool = False
) -> list[Question]:
    """Return the questions that are put to the patient; what is not asked today is left out."""
    blanks = _blanks(answers, by_hand=by_hand)
    asked = [one for one in catalogue.purposes if decision_of(answers, one.key) != NOT_ASKED]
    return [_question(n, one, answers, catalogue, blanks) for n, one in enumerate(asked, start=1)]


def words_for(
    answers: Mapping[str, Any], catalogue: Catalogue, *, on: date, by_hand: bool = False
) -> Words:
    """Return the patient's page filled in for these answers as they are read on the day `on`.

    `answers` are in standard form, as `answers.read` gives them. `by_hand` leaves lines to write
    on where something is not known yet.
    """
    page, blanks = catalogue.page, _blanks(answers, by_hand=by_hand)
    questions = questions_for(answers, catalogue, by_hand=by_hand)
    known = Known(Case(answers, catalogue, practice_settings.read(None, catalogue), on))
    extra = [one for one in catalogue.wordings if one.when is None or one.when.holds(known)]
    return Words(
        title=page.title,
        opening=_filled(page.openings.get(_kind(answers), page.opening), blanks),
        choice=page.choice,
        besides=_filled([one.text for one in extra if one.when], blanks),
        parts=tuple(
            (heading, tuple(one for one in questions if one.part == part))
            for part, heading in page.parts.items()
            if any(one.part == part for one in questions)
        ),
        not_asked=tuple(
            one.noun for one in catalogue.purposes if decision_of(answers, one.key) == NOT_ASKED
        ),
        change_heading=page.headings["change"],
        change=page.change,
        signing_heading=page.headings["signing"],
        signing=page.signing,
        foot=_filled([one.text for one in extra if not one.when], blanks),
    )


def read_text(words: Words) -> str:
    """Return everything that a patient reads and answers, as the text whose hash is kept."""
    return "\n".join(_lines(words))


def content_sha256(shown: str, *, version: str, language: str) -> str:
    """Return the hash, in hexadecimal, of exactly what was read in this version and language."""
    return hashlib.sha256(f"{version}\n{language}\n{shown}".encode()).hexdigest()


def listed(texts: list[str]) -> str:
    """Return “Crop, cover marks”: one sentence of several answers."""
    return ", ".join((*texts[:1], *map(first_lower, texts[1:])))


def site_of(answers: Mapping[str, Any]) -> str:
    """Return the part of the body as it goes on in a sentence: “left forearm”."""
    return _site(answers.get("photo") or {}) or UNKNOWN["site"]


def punctuated(label: str) -> str:
    """Return a label as it stands before its answer in a line: with a question mark or colon."""
    return label if label.endswith("?") else f"{label}:"


def decision_of(answers: Mapping[str, Any], key: str) -> str:
    """Return yes, no, not_asked, or nothing for a question that waits for its answer."""
    purpose = (answers.get("purposes") or {}).get(key)
    return str((purpose or {}).get("decision") or "") if purpose is not None else NOT_ASKED


def _question(
    number: int,
    purpose: Purpose,
    answers: Mapping[str, Any],
    catalogue: Catalogue,
    blanks: Mapping[str, str],
) -> Question:
    given = answers["purposes"][purpose.key]
    asked = purpose.questions.get(_kind(answers), purpose.question)
    decision = decision_of(answers, purpose.key)
    return Question(
        number=number,
        key=purpose.key,
        part=purpose.part,
        question=asked.format_map(blanks),
        words=_filled(purpose.words, blanks),
        yes=catalogue.page.yes[purpose.part],
        no=catalogue.page.no[purpose.part],
        decision=decision,
        limits=tuple(_limits(purpose.key, given, catalogue)),
        until=str(given.get("valid_until") or "") if decision == YES else "",
    )


def _limits(key: str, given: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for names in LIMITS.get(key, ()):
        fields = [catalogue.field(f"purposes.{key}.{name}") for name in names]
        said = [
            _said(field, given[name])
            for name, field in zip(names, fields, strict=True)
            if not is_blank(given.get(name))
        ]
        if said:
            yield punctuated(fields[0].label), ", ".join(said)


def _said(field: ConsentField, value: Any) -> str:
    texts = [str(one) for one in (value if isinstance(value, list) else [value])]
    return listed([field.label_of(one) for one in texts]) if field.options else ", ".join(texts)


def _blanks(answers: Mapping[str, Any], *, by_hand: bool) -> dict[str, str]:
    photo, uses = answers.get("photo") or {}, answers.get("purposes") or {}
    known = {
        "site": _site(photo),
        "reason": first_lower(str(photo.get("reason") or "").strip()),
        "name": (answers.get("decision_maker") or {}).get("name"),
        "recipient": (uses.get("share_care") or {}).get("recipient"),
    }
    filled = {
        name: TO_FILL if by_hand else UNKNOWN[name]
        for name, text in known.items()
        if is_blank(text)
    }
    said = {name: _unstopped(text) for name, text in known.items() if not is_blank(text)}
    return {"thing": _thing(photo, len(answers.get("images") or ())), **said, **filled}


def _kind(answers: Mapping[str, Any]) -> str:
    return str((answers.get("photo") or {}).get("kind") or "")


def _thing(photo: Mapping[str, Any], images: int) -> str:
    count = images or photo.get("count") or 1
    if photo.get("kind") in THINGS:
        return THINGS[photo["kind"]]
    return f"{count} photos" if count > 1 else "a photo"


def _site(photo: Mapping[str, Any]) -> str:
    site, side = (
        first_lower(str(photo.get("body_site") or "").strip()),
        str(photo.get("side") or ""),
    )
    return f"{site} ({side})" if site and side in SIDES and side not in site else site


def _unstopped(text: object) -> str:
    return str(text).strip().rstrip(".")


def _filled(texts: tuple[str, ...] | list[str], blanks: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(text.format_map(blanks) for text in texts)


def _lines(words: Words) -> Iterator[str]:
    yield words.title
    yield from (*words.opening, *words.choice, *words.besides)
    for heading, questions in words.parts:
        yield heading
        for one in questions:
            yield f"{one.number}. {' '.join((one.question, *one.words))}"
            yield from (f"{label} {text}" for label, text in one.limits)
            yield f"Answer: {one.answer or 'none yet'}"
            if one.until:
                yield f"Until {british_date(one.until)}"
    if words.not_asked:
        yield f"Not asked: {', '.join(words.not_asked)}"
    yield from (words.change_heading, *words.change)
    yield from (words.signing_heading, *words.signing, *words.foot)
