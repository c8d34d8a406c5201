"""What somebody at the public page says beside their questions: kept below them, told apart."""

from collections.abc import Sequence

WANTED_BY = "Who wants the letter"
_DASH = "\N{EN DASH} "


def joined(asked: str, remarks: Sequence[str]) -> str:
    """Return questions with remarks below them, each on a line of its own behind a dash."""
    lines = "\n".join(f"{_DASH}{' '.join(one.split())}" for one in remarks)
    return "\n\n".join(filter(None, (asked, lines)))


def questions_of(text: str) -> str:
    """Return what was asked, without the remarks."""
    kept = text.splitlines()
    while kept and (kept[-1].startswith(_DASH) or not kept[-1].strip()):
        kept.pop()
    return "\n".join(kept)


def remark_of(text: str, title: str) -> str:
    """Return what a remark with a title says, or nothing."""
    start = f"{_DASH}{title}: "
    found = [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]
    return found[-1] if found else ""
