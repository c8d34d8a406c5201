"""The choices of a select box, as WTForms takes them since 3.3."""

from collections.abc import Iterable
from typing import cast

from wtforms.fields import choices


def choices_of(pairs: Iterable[tuple[str, str]], *, none: str) -> list[tuple[str, str]]:
    """Return choices for pairs of value and words, after an empty one that says `none`."""
    made = [choices.SelectChoice(*pair) for pair in (("", none), *pairs)]  # type: ignore[attr-defined]
    return cast(list[tuple[str, str]], made)
