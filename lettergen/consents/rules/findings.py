"""What the rules say about a consent: findings with their words, and who collects them."""

import re
from dataclasses import dataclass

from lettergen.consents.form.grammar import Catalogue


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `rule_id` is empty for a single answer that is missing or wrong;
    `fault` is then what is wrong with it, as the catalogue names it, or empty.
    """

    rule_id: str
    field: str
    message: str
    fault: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it stands in the way of signing and filing."""
        return not self.rule_id or self.rule_id[0] in "ES"


class Found:
    """Collects findings, with the words of the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.findings: list[Finding] = []

    def fault(self, field: str, name: str, **words: object) -> None:
        """Note that a single answer is missing or wrong, with a fault of the catalogue."""
        self._add("", field, filled(self.catalogue.faults[name], **words), name)

    def said(self, field: str, message: str) -> None:
        """Note that a single answer is wrong, in the words of whoever checked it."""
        self._add("", field, message)

    def rule(self, id_: str, *, field: str = "", variant: str = "", **words: object) -> None:
        """Note that a rule fired: at its own field with {braces} filled, or at another."""
        code = self.catalogue.code(id_)
        message = code.variants[variant] if variant else code.message
        self._add(id_, field or filled(code.field, **words), filled(message, **words))

    def _add(self, id_: str, field: str, message: str, fault: str = "") -> None:
        finding = Finding(id_, field, message, fault)
        if finding not in self.findings:
            self.findings.append(finding)


def filled(text: str, **words: object) -> str:
    """Return a text with {name} filled in; a name with a capital gives the word a capital."""

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in words:
            return str(words[name])
        plain = str(words.get(name.lower(), match.group(0)))
        return plain[:1].upper() + plain[1:]

    return re.sub(r"\{([A-Za-z_]+)\}", word, text)
