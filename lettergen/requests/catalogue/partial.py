"""Conditions while some facts are not known yet: they hold, do not hold, or hang on the rest."""

from collections.abc import Mapping, Sequence

from lettergen.conditions import Condition, Test
from lettergen.requests.catalogue.grammar import Rule

Known = Mapping[str, str | bool]


def holds(when: Condition | None, known: Known) -> bool | None:
    """Say whether a condition holds, does not, or (None) hangs on what is not known yet."""
    if when is None:
        return True
    parts = [_tested(test, known) for test in when.tests]
    parts += [holds(part, known) for part in when.all_of]
    if when.any_of:
        any_of = [holds(part, known) for part in when.any_of]
        parts.append(True if True in any_of else None if None in any_of else False)
    return False if False in parts else None if None in parts else True


def still_open(rules: Sequence[Rule], known: Known) -> list[Rule]:
    """Return the rules that may decide: up to the first one that holds for certain."""
    found = []
    for rule in rules:
        now = holds(rule.when, known)
        if now is not False:
            found.append(rule)
        if now:
            break
    return found


def _tested(test: Test, known: Known) -> bool | None:
    return test.holds(known) if test.name in known else None
