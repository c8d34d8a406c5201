"""Templates and values into HTML, in a sandbox that knows plain values and a few filters."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from html import unescape
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lettergen.calendar import british_date
from lettergen.nhs import spaced
from lettergen.rendering.refusals import BrokenTemplate, MissingGlyph

BRITAIN = 44
# WeasyPrint counts a space at the end of a block when it breaks the last line.
END_SPACE = re.compile(r"\s+(?=</(?:p|dd|dt|td|th|li|h[1-6]|caption|div)>)")
# WeasyPrint breaks a line after its first word if only the space before another element overfills
# it. Within the element the space does no harm.
SPACE_BEFORE_BOLD = re.compile(r"\s+<strong>(?=\S)")
MARKUP = re.compile("<[^>]*>")
# The same answers make the same letter, and no template lets markup through that somebody typed.
UNWANTED = ("random", "safe")
HALF = re.compile("[\ud800-\udfff]")


def open_templates(folders: Sequence[str | Path]) -> ImmutableSandboxedEnvironment:
    """Return the sandbox that finds its templates in these folders and nowhere else."""
    sandbox = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=100,
    )
    sandbox.finalize = _refuse_unsaid
    for name in UNWANTED:
        del sandbox.filters[name]
    sandbox.filters.update(FILTERS)
    sandbox.globals.clear()
    return sandbox


def write_html(sandbox: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, Any]) -> str:
    """Return the HTML of a letter.

    Raises BrokenTemplate where the template is at fault, with the line if it is known, and
    MissingGlyph for half a character. A template that runs out of memory raises MemoryError.
    """
    try:
        html = sandbox.get_template(name).render(values)
    except TemplateNotFound as fault:
        raise BrokenTemplate(f"There is no letter template {fault.name}.") from fault
    except TemplateSyntaxError as fault:
        place = f"{fault.name}, line {fault.lineno}"
        raise BrokenTemplate(f"The letter template cannot be read ({place}).") from fault
    except MemoryError:
        raise
    except Exception as fault:
        # Whatever a template brings about, a filter's error too, is the template's to mend.
        raise BrokenTemplate(f"The letter template {_place(fault)}: {_what(fault)}.") from fault
    _refuse_halves(html)
    return END_SPACE.sub("", SPACE_BEFORE_BOLD.sub("<strong> ", html))


def _refuse_unsaid(value: object) -> object:
    """Refuse to print what is no word: a letter that says None of an allergy says something."""
    if value is None or isinstance(value, bool):
        raise BrokenTemplate(f"prints {value} where nobody gave an answer in words")
    return value


def _place(fault: Exception) -> str:
    lines = [line for line in extract_tb(fault.__traceback__) if line.filename.endswith(".html")]
    return f"{Path(lines[-1].filename).name}, line {lines[-1].lineno}" if lines else "fails"


def _what(fault: Exception) -> str:
    if isinstance(fault, UndefinedError):
        return f"{fault.message}"
    if isinstance(fault, SecurityError):
        return "does what no template may do"
    # The words of other errors may be a patient's.
    return str(fault) if isinstance(fault, BrokenTemplate) else f"stopped by {type(fault).__name__}"


def _refuse_halves(html: str) -> None:
    """Refuse halves of characters, which a broken programme may send and nothing can draw."""
    if half := HALF.search(html):
        shown = HALF.sub("\N{REPLACEMENT CHARACTER}", word_with(half[0], html))
        raise MissingGlyph(f"“{shown}” holds half a character. Type it again.", (), shown, half[0])


def word_with(character: str, html: str) -> str:
    """Return the first word of a letter that holds a character, or else the character."""
    words = unescape(MARKUP.sub(" ", html)).split()
    return next((word for word in words if character in word), character)


def british_number(value: float | str) -> str:
    """Return 12,345.6 for 12345.60: groups of thousands, and no zeros that say nothing."""
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def phone(text: str) -> str:
    """Return a British number in the groups it is known by, 020 7946 0123; others as they are."""
    # Not at the top: its tables are large, and only letters with a number need them.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return text
    if number.country_code != BRITAIN or not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def sentence_list(words: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def first_upper(text: str) -> str:
    """Return the text with a capital in front and the rest as it was."""
    return text[:1].upper() + text[1:]


def first_lower(text: str) -> str:
    """Return the text without its capital in front, unless it is written in capitals: ADHD, SENCo.

    "School report" → "school report"; a capital or a digit in second place keeps the first.
    """
    second = text[1:2]
    return text if second.isupper() or second.isdigit() else text[:1].lower() + text[1:]


FILTERS: dict[str, Callable[..., Any]] = {
    "british_date": british_date,
    "nhs_number": spaced,
    "phone": phone,
    "sentence_list": sentence_list,
    "lines": str.splitlines,
    "number": british_number,
    "first_upper": first_upper,
    "first_lower": first_lower,
}
