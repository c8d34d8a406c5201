"""Rows of repeated questions, as they are posted and as readings count them."""

import re
from collections.abc import Mapping, Sequence

Posted = Mapping[str, Sequence[str]]

_ROW = re.compile(r"-\d+-")


def row_numbers(typed: Posted, name: str) -> list[int]:
    """Return the numbers of the rows that were posted for a repeated question, in order."""
    start = f"{name}-"
    parts = (key.removeprefix(start).partition("-")[0] for key in typed if key.startswith(start))
    return sorted({int(part) for part in parts if part.isdecimal()})


def is_row_blank(typed: Posted, row: str) -> bool:
    """Say whether nothing was typed in a row, like other_scales-2."""
    start = f"{row}-"
    texts = (text for key, values in typed.items() if key.startswith(start) for text in values)
    return not any(text.strip() for text in texts)


def posted_as(dotted: str, typed: Posted) -> str:
    """Return the posted name of a question; readings count rows without the blank ones."""
    name = ""
    for part in dotted.split("."):
        if part.isdecimal():
            numbers = row_numbers(typed, name)
            filled = [one for one in numbers if not is_row_blank(typed, f"{name}-{one}")]
            name = f"{name}-{filled[int(part)] if int(part) < len(filled) else part}"
        else:
            name = f"{name}-{part}" if name else part
    return name


def row_free(name: str) -> str:
    """Return a posted name with # for the number of its row, like other_scales-#-date."""
    return _ROW.sub("-#-", name)
