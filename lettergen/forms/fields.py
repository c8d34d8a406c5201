"""WTForms fields for the types of question, each with its definition at hand.

A field takes what was typed, keeps it for redisplay in `raw_data`, and gives a plain value in
`data`: text, number, list, bool or ISO date, None when unanswered.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import Field as WTField
from wtforms import ValidationError

from lettergen import checks
from lettergen.conditions import is_blank
from lettergen.definitions import Field

TEXT_LIMIT = 20_000
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200


class Question(WTField):
    """A question as WTForms sees it; `definition` says all about it."""

    definition: Field

    def __init__(self, label: str = "", *, definition: Field, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.definition = definition

    @property
    def settings(self) -> Mapping[str, Any]:
        """The keys that belong to the type of this question alone."""
        return self.definition.settings

    @property
    def typed(self) -> list[str]:
        """What was typed, as it was typed."""
        return [str(value) for value in self.raw_data or []]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed."""
        text = checks.clean(str(valuelist[0])) if valuelist else ""
        self.data = self.parse(text) if text else None

    def parse(self, text: str) -> Any:
        """Return the value of a text that is not blank; ValueError says what is wrong with it."""
        return text

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 (the signature is WTForms')
        """Check a value that could be parsed; a blank one is never wrong, only missing."""
        if not is_blank(self.data) and not self.process_errors:
            self.check()

    def check(self) -> None:
        """Raise ValidationError if the value is not allowed."""


class TextQuestion(Question):
    """One line or a paragraph of text."""

    def check(self) -> None:
        """Check length, lines and format; a sound value takes its standard form."""
        _check_length(self.data, self.settings)
        most_lines = self.settings.get("max_lines")
        if most_lines and len(self.data.splitlines()) > most_lines:
            raise ValidationError(f"Write at most {most_lines} lines.")
        if self.definition.type == "text" and "\n" in self.data:
            raise ValidationError("Write this on one line.")
        form_check = checks.FORMATS.get(self.settings.get("format", ""))
        if form_check:
            try:
                self.data = form_check(self.data)
            except ValueError as wrong:
                raise ValidationError(str(wrong)) from wrong


class DateQuestion(Question):
    """A date in three boxes (NAME-day, NAME-month, NAME-year), or as ISO text under NAME."""

    parts: dict[str, str]

    def process(self, formdata: Any, *_defaults: Any, **_more: Any) -> None:
        """Take the boxes; what was typed stays in `parts`, sound or not."""
        self.process_errors, self.data = [], None
        got = {key: _first(formdata, f"{self.name}-{key}") for key in ("day", "month", "year")}
        whole = _first(formdata, self.name)
        if whole and not any(got.values()):
            got = _boxes(whole)
        self.parts = got
        self.raw_data = [value for value in got.values() if value]
        if any(got.values()):
            try:
                self.data = _iso(got, whole)
            except ValueError as wrong:
                self.process_errors.append(str(wrong))


class NumberQuestion(Question):
    """A whole or decimal number, or one of a few allowed words."""

    def parse(self, text: str) -> int | float | str:
        """Return the number; ValueError for anything else."""
        if text in self.settings.get("words", ()):
            return text
        is_whole = self.definition.type == "integer"
        shape = r"-?[0-9]{1,9}" if is_whole else r"-?[0-9]{1,9}([.,][0-9]{1,4})?"
        if not re.fullmatch(shape, text):
            raise ValueError(
                "Enter a whole number, like 12." if is_whole else "Enter a number, like 81.5."
            )
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number

    def check(self) -> None:
        """Check the lowest and highest number allowed."""
        if isinstance(self.data, str):
            return
        low, high = self.settings.get("min"), self.settings.get("max")
        unit = f" {self.settings['unit']}" if "unit" in self.settings else ""
        if (low is not None and self.data < low) or (high is not None and self.data > high):
            raise ValidationError(f"Enter a number from {low} to {high}{unit}.")


class ChoiceQuestion(Question):
    """One of the options."""

    def parse(self, text: str) -> str:
        """Return the code of an option; ValueError for anything else."""
        if text not in {option.code for option in self.definition.options}:
            raise ValueError("Choose one of the options.")
        return text


class ChoicesQuestion(Question):
    """Any of the options."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the codes, each once, in the order of the definition."""
        chosen = {str(value) for value in valuelist if str(value)}
        codes = [option.code for option in self.definition.options]
        self.data = [code for code in codes if code in chosen]
        if chosen - set(codes):
            raise ValueError("Choose from the options.")

    def check(self) -> None:
        """Check that an exclusive option stands alone and that enough are chosen."""
        alone = [code for code in self.settings.get("exclusive", ()) if code in self.data]
        if alone and len(self.data) > 1:
            label = self.definition.label_of(alone[0])
            raise ValidationError(f"“{label}” cannot go with another choice: take one of them out.")
        least = self.settings.get("min", 0)
        if len(self.data) < least:
            raise ValidationError(f"Choose at least {least}.")


class TickQuestion(Question):
    """A box that is ticked or not; never blank."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the tick."""
        self.data = bool(valuelist) and str(valuelist[0]).casefold() not in ("", "false", "n", "no")


class LinesQuestion(Question):
    """A list, one item a line; a tick (NAME-none) stands for the agreed words of an empty list."""

    def process(self, formdata: Any, *_defaults: Any, **_more: Any) -> None:
        """Take the lines and the tick."""
        super().process(formdata, None)
        lines = [line for text in self.typed for line in checks.clean(text).splitlines()]
        self.data = [line.strip() for line in lines if line.strip()]
        none = self.settings.get("none")
        self.is_none_ticked = bool(none and _first(formdata, f"{self.name}-none"))
        if none and self.is_none_ticked and none not in self.data:
            self.data.append(none)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Leave the text to `process`, which also sees the tick."""

    def check(self) -> None:
        """Check each line, their number, and that the words for none stand alone."""
        most = self.settings.get("max_items")
        if most and len(self.data) > most:
            raise ValidationError(f"Write at most {most} lines: there are {len(self.data)}.")
        if self.settings.get("none") in self.data and len(self.data) > 1:
            raise ValidationError(
                f"“{self.settings['none']}” cannot go with other lines: take one of them out."
            )
        for number, line in enumerate(self.data, 1):
            _check_length(line, self.settings, f"Line {number}: ")


class ReasonsQuestion(Question):
    """Reasons for going ahead in spite of warnings: NAME-RULE for each rule."""

    def process(self, formdata: Any, *_defaults: Any, **_more: Any) -> None:
        """Take every reason that is not blank, by the id of its rule."""
        self.process_errors = []
        start = f"{self.name}-"
        names = [key for key in formdata or () if key.startswith(start)]
        texts = {key.removeprefix(start): checks.clean(_first(formdata, key)) for key in names}
        self.data = {rule: text for rule, text in texts.items() if text}
        self.raw_data = list(self.data.values())

    def check(self) -> None:
        """Check the longest reason allowed; whether it is long enough depends on its rule."""
        most = self.settings.get("max", 300)
        for rule, text in self.data.items():
            if len(text) > most:
                raise ValidationError(f"{rule}: write at most {most} characters.")


QUESTIONS: dict[str, type[Question]] = {
    "text": TextQuestion,
    "paragraph": TextQuestion,
    "date": DateQuestion,
    "integer": NumberQuestion,
    "decimal": NumberQuestion,
    "choice": ChoiceQuestion,
    "choices": ChoicesQuestion,
    "tick": TickQuestion,
    "lines": LinesQuestion,
    "reasons": ReasonsQuestion,
}


def _check_length(text: str, settings: Mapping[str, Any], where: str = "") -> None:
    least, most = settings.get("min", 0), settings.get("max", TEXT_LIMIT)
    if len(text) < least:
        raise ValidationError(
            f"{where}Write at least {least} characters: there are {len(text)} now."
        )
    if len(text) > most:
        raise ValidationError(
            f"{where}Write at most {most} characters: there are {len(text)}. Nothing was cut."
        )


def _first(formdata: Any, name: str) -> str:
    values = formdata.getlist(name) if formdata else []
    return str(values[0]).strip() if values else ""


def _boxes(iso: str) -> dict[str, str]:
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    return {"day": day, "month": month, "year": year}


def _iso(parts: Mapping[str, str], whole: str) -> str:
    if whole and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", whole):
        raise ValueError("Enter a date as year-month-day, like 2026-11-20.")
    lacking = [key for key in ("day", "month", "year") if not parts[key]]
    if lacking:
        raise ValueError(f"The date also needs a {' and a '.join(lacking)}.")
    try:
        day = date(*(int(parts[key]) for key in ("year", "month", "day")))
    except ValueError as wrong:
        raise ValueError("That date does not exist: enter a real one, like 27 3 2007.") from wrong
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError("Enter the year with four digits, like 2007.")
    return day.isoformat()
