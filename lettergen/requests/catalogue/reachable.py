"""Which rules of the decision table can decide at all: found by trying, with early ends.

Answers are fixed one question after another. A path ends as soon as a rule before holds for
certain, or the rule itself cannot hold any more; so few of the millions of inputs are looked at.
"""

from collections.abc import Sequence

from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.facts import Facts
from lettergen.requests.catalogue.grammar import Catalogue, Rule
from lettergen.requests.catalogue.partial import still_open

Choices = Sequence[Sequence[Facts]]


def unreachable(catalogue: Catalogue) -> list[Rule]:
    """Return the rules that no input comes to."""
    choices = _choices(catalogue)
    return [
        rule
        for place, rule in enumerate(catalogue.rules)
        if not _is_reached(rule, catalogue.rules[: place + 1], choices, {})
    ]


def _choices(catalogue: Catalogue) -> Choices:
    """Return, for each thing that is asked, the facts that each of its answers makes."""
    made = [facts.of_type(None), *map(facts.of_type, catalogue.types.values())]
    asked: list[list[Facts]] = [list({tuple(one.items()): one for one in made}.values())]
    for question in catalogue.questions:
        codes = [one.code for one in question.options]
        if question.key == "requester":
            asked.append([{"requester": code, "asker": facts.asker(code)} for code in codes])
        elif codes:
            asked.append([{question.key: code} for code in codes])
    return [*asked, [{"offered": True}, {"offered": False}]]


def _is_reached(rule: Rule, upto: Sequence[Rule], choices: Choices, known: Facts) -> bool:
    left = still_open(upto, known)
    if not left or left[-1] is not rule:
        return False
    if left == [rule] and not choices:
        return True
    if not choices:
        return False
    first, *rest = choices
    return any(_is_reached(rule, left, rest, {**known, **answer}) for answer in first)
