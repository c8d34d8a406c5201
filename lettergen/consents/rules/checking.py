"""What stands in the way of a consent: every fault, rule, warning and worked-out value at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lettergen.consents.form import settings as practice_settings
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.form.settings import ConsentSettings
from lettergen.consents.rules import answering as rules_answers
from lettergen.consents.rules import answers as reading
from lettergen.consents.rules import deciding as rules_deciders
from lettergen.consents.rules import photo as rules_photo
from lettergen.consents.rules import publication as rules_publication
from lettergen.consents.rules import signing as rules_signing
from lettergen.consents.rules import uses as rules_uses
from lettergen.consents.rules import working_out
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.findings import Finding, Found


@dataclass(frozen=True)
class Checked:
    """A checked consent. `answers` is the tree in standard form; `findings` hold the words."""

    answers: Mapping[str, Any]
    findings: tuple[Finding, ...]
    computed: Mapping[str, Any]
    catalogue: Catalogue

    @property
    def errors(self) -> dict[str, list[str]]:
        """Dotted field, with places in lists, → messages of faults and of rules that refuse."""
        found: dict[str, list[str]] = {}
        for one in self.findings:
            if one.is_error and one.message not in found.setdefault(one.field, []):
                found[one.field].append(one.message)
        return {name: texts for name, texts in found.items() if texts}

    @property
    def gaps(self) -> dict[str, list[str]]:
        """Dotted field → messages of details that an old form lacks, or words in its own way.

        Nobody can be asked for them any more, and neither who agreed nor to what hangs on them.
        """
        found: dict[str, list[str]] = {}
        for one in self.findings:
            if _is_gap(one):
                found.setdefault(one.field, []).append(one.message)
        return found

    @property
    def is_sound_but_for_gaps(self) -> bool:
        """Whether a form that was signed elsewhere can be filed as it stands."""
        return not any(one.is_error and not _is_gap(one) for one in self.findings)

    @property
    def stops(self) -> list[str]:
        """Ids of the rules that refuse, each once, in their order."""
        return self._ids("ES")

    @property
    def warnings(self) -> list[str]:
        """Ids of the rules that warn."""
        return self._ids("W")

    @property
    def info(self) -> list[str]:
        """Ids of the rules that inform."""
        return self._ids("I")

    @property
    def is_sound(self) -> bool:
        """Whether the consent could be signed and filed; warnings do not stand in the way."""
        return not any(one.is_error for one in self.findings)

    def within(self, parts: Iterable[str]) -> tuple[Finding, ...]:
        """Return the findings at questions of some parts: set_up, patient, end, auto.

        Before the patient has the screen, only what the set-up lacks stands in the way.
        """
        wanted = set(parts)
        return tuple(one for one in self.findings if self._part(one.field) in wanted)

    def _ids(self, kinds: str) -> list[str]:
        fired = {one.rule_id for one in self.findings if one.rule_id[:1] in set(kinds)}
        return [code.id for code in self.catalogue.codes if code.id in fired]

    def _part(self, field: str) -> str:
        name = field
        while name:
            try:
                return self.catalogue.field(name).part
            except KeyError:
                name = name.rpartition(".")[0]
        root = field.partition(".")[0]
        inner = (
            one.part
            for one in self.catalogue.fields
            if one.name.startswith((f"{root}.", f"{root}["))
        )
        return next(inner, "auto")


# What may be wrong with a detail of an old form, and the places where it may not.
_GAPS = (
    "assessment_none",
    "option",
    "registration_gmc",
    "registration_nmc",
    "registration_other",
    "required",
    "required_choice",
    "required_choices",
    "required_text",
    "too_long",
    "too_long_words",
    "too_short",
)
_NO_GAPS = ("patient", "record_id", "images", "signatures", "events")


def _is_gap(one: Finding) -> bool:
    return one.fault in _GAPS and one.field.partition(".")[0] not in _NO_GAPS


RULES = (
    rules_answers.check_answers,
    rules_deciders.check_deciders,
    rules_photo.check_photo,
    rules_uses.check_uses,
    rules_publication.check_publication,
    rules_signing.check_signing,
)


def check(
    answers: object,
    catalogue: Catalogue,
    *,
    on: date,
    settings: ConsentSettings | None = None,
    at: datetime | None = None,
    current_version: str | None = None,
) -> Checked:
    """Return everything that the form says about answers on a day.

    With `at`, the aware moment of a live signing, clocks and the practice's switches count too; a
    stored case is judged by what it says. `current_version` is the form's version now, if the
    form was in a patient's hands. Raises AnswersUnreadable for unknown names and wrong types.
    """
    given = reading.read(answers, catalogue)
    case = Case(given.tree, catalogue, settings or practice_settings.read(None, catalogue), on, at)
    found = Found(catalogue)
    for rule in RULES:
        rule(case, found)
    rules_signing.check_version(case, found, current_version)
    for name in given.extras:
        found.rule("W15", name=name)
    return Checked(given.tree, tuple(found.findings), working_out.compute(case), catalogue)
