"""Answers and computed values under one roof, as conditions look at them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen import computations
from lettergen.conditions import Values
from lettergen.definitions import Computed, DocumentType, Field

# An answer that was typed but is not sound: neither blank nor any value.
UNSOUND = object()


class KnownValues:
    """Gives a value for a name: an answer, a computed value, or a built-in of the vocabulary.

    A computed value is worked out when first asked for. A definition is only sound if all that
    it works of is asked before, so the value cannot change afterwards.
    """

    def __init__(self, kind: DocumentType, lookup: computations.Lookup, on: date) -> None:
        self.answers: dict[str, Any] = {}
        self.unsound: set[str] = set()
        self._computed = {one.name: one for one in kind.computed}
        self._lookup = lookup
        self._known: dict[str, Any] = {"today": on.isoformat()}

    def get(self, name: str, /) -> Any:
        """Return the value of this name, or None if it is unknown or not asked."""
        if name in self.answers:
            return self.answers[name]
        if name in self.unsound:
            return UNSOUND
        if name not in self._known and name in self._computed:
            self._known[name] = self._work_out(self._computed[name])
        return self._known.get(name)

    def settle(self, missing: tuple[str, ...], pages: int | None) -> None:
        """Add the built-ins that only rules may look at, and work out everything anew."""
        self._known = {"today": self._known["today"], "missing": list(missing), "pages": pages}

    def computed(self) -> dict[str, Any]:
        """Return every computed value by name."""
        return {name: self.get(name) for name in self._computed}

    def _work_out(self, one: Computed) -> Any:
        options = dict(one.options)
        if one.function == "looked_up":
            options["lookup"] = self._lookup
        found = (self.get(name) for name in one.of)
        arguments = [None if value is UNSOUND else value for value in found]
        return computations.work_out(one.function, arguments, options)


class Within:
    """Values as a question of a group or row sees them: its neighbours', then those around."""

    def __init__(
        self, fields: tuple[Field, ...], answers: Mapping[str, Any], around: Values
    ) -> None:
        self._own = {one.name for one in fields}
        self._answers = answers
        self._around = around

    def get(self, name: str, /) -> Any:
        """Return the value of this name, or None if it is unknown or not asked."""
        return self._answers.get(name) if name in self._own else self._around.get(name)
