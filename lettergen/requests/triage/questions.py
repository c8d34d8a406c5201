"""Which questions of triage still matter: one is asked while its answer can change what comes.

Questions stand in a fixed order. Whether one matters is found by trying: earlier answers stay as
they are, later ones that nobody gave may be anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.grammar import Catalogue, Option, Question, Rule
from lettergen.requests.triage.deciding import is_settled, outcome_of
from lettergen.requests.triage.inputs import Inputs, normal

FLAG = "flag"
NOBODY_YET = "missing"


@dataclass(frozen=True)
class Asked:
    """A question as it is shown: with its answer, and whether a person or the type gave it."""

    question: Question
    value: str
    is_answered: bool
    is_prefilled: bool

    @property
    def key(self) -> str:
        """The question's name in the answers."""
        return self.question.key

    @property
    def label(self) -> str:
        """The question in plain words."""
        return self.question.label

    @property
    def hint(self) -> str:
        """What helps to answer it; may be empty."""
        return self.question.hint

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers that may be chosen."""
        return self.question.options


def filled(catalogue: Catalogue, inputs: Inputs) -> dict[str, str | bool]:
    """Return the answers with those that the type gives, then the defaults.

    Where somebody other than the patient asks and nobody looked for consent, there is none yet.
    Raises BadInputs.
    """
    known = {**_of_type(catalogue, inputs), **inputs}
    whole = normal(catalogue, known)
    if "consent" not in known and _needs_consent(catalogue, whole):
        whole["consent"] = NOBODY_YET
    return whole


def asked(catalogue: Catalogue, inputs: Inputs) -> list[Asked]:
    """Return the questions that still matter, in their order; what is special is always asked.

    Raises BadInputs.
    """
    whole = filled(catalogue, inputs)
    of_type = _of_type(catalogue, inputs)
    given = {*inputs, *of_type}
    classes = _classes(catalogue)
    return [
        Asked(one, str(whole[one.key]), one.key in inputs, one.key in of_type)
        for place, one in enumerate(catalogue.questions)
        if one.options and (one.key == FLAG or _matters(catalogue, whole, given, place, classes))
    ]


def _of_type(catalogue: Catalogue, inputs: Inputs) -> dict[str, str]:
    kind = catalogue.types.get(str(inputs.get("type", "")))
    found = dict(kind.asks) if kind else {}
    return {name: code for name, code in found.items() if name not in inputs}


def _needs_consent(catalogue: Catalogue, whole: Inputs) -> bool:
    kind = catalogue.types.get(str(whole["type"]))
    return whole["requester"] != "patient" and (kind is None or kind.consent != "N")


def _matters(
    catalogue: Catalogue,
    whole: Mapping[str, str | bool],
    given: set[str],
    place: int,
    classes: Mapping[str, tuple[str, ...]],
) -> bool:
    """Is there a way to answer what comes later so that this question's answer makes a change?"""
    here, *later = catalogue.questions[place:]
    free = [one.key for one in later if one.key not in given]
    if is_settled(catalogue, whole, {here.key, *free}):
        return False
    for rest in product(*(classes[key] for key in free)):
        answers = {**whole, **dict(zip(free, rest, strict=True))}
        found = {outcome_of(catalogue, {**answers, here.key: code}) for code in classes[here.key]}
        if len(found) > 1:
            return True
    return False


def _classes(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Return answers by question, one for each group that no rule tells apart."""
    found = {}
    for question in catalogue.questions:
        marks = {
            tuple(_marks(catalogue.rules, question.key, one.code)): one.code
            for one in question.options
        }
        found[question.key] = tuple(marks.values())
    return found


def _marks(rules: tuple[Rule, ...], key: str, code: str) -> Iterator[bool]:
    made: dict[str, str | bool] = {key: code}
    if key == "requester":
        made["asker"] = facts.asker(code)
    for rule in rules:
        for when in (rule.when, rule.instead[0] if rule.instead else None):
            for test in when.all_tests() if when else ():
                if test.name in made:
                    yield test.holds(made)
