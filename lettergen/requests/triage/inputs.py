"""What triage is asked: answers by question, made whole with the defaults, or refused by name."""

from collections.abc import Mapping

from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import UNKNOWN, Catalogue

OFFERED = "offered"
LONGEST_SHOWN = 40
Inputs = Mapping[str, str | bool]


class BadInputs(Refused):
    """Answers that triage does not know; each is named."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("These answers cannot be used: " + "; ".join(faults) + ".", faults)


def normal(catalogue: Catalogue, inputs: Inputs) -> dict[str, str | bool]:
    """Return the answers with the default of every question that was not answered.

    `offered` is kept where it is given; without it the practice's own list counts. Raises
    BadInputs, which names every unknown question and answer.
    """
    faults = tuple(
        fault for name, answer in inputs.items() if (fault := _fault(catalogue, name, answer))
    )
    if faults:
        raise BadInputs(faults)
    return {**{one.key: one.default for one in catalogue.questions}, **inputs}


def _fault(catalogue: Catalogue, name: str, answer: object) -> str:
    if name == OFFERED:
        return "" if isinstance(answer, bool) else f"{name} is true or false"
    question = catalogue.by_question.get(name)
    if question is None:
        known = (*catalogue.by_question, OFFERED)
        return f"{_shown(name)} is no question (known: {', '.join(known)})"
    if name == "type":
        is_known = answer == UNKNOWN or (isinstance(answer, str) and answer in catalogue.types)
        return "" if is_known else f"{_shown(answer)} is no type of request and not {UNKNOWN}"
    codes = [one.code for one in question.options]
    if answer in codes:
        return ""
    return f"{_shown(answer)} is no answer to {name} (known: {', '.join(codes)})"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
