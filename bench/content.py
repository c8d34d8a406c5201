"""The words of the letter, read from lettergen's own PDF, so that every engine sets the same."""

from dataclasses import dataclass, field

from lettergen.rendering.outline import Part


@dataclass
class Section:
    """A heading with labelled rows, plain paragraphs and at most one table."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    caption: str = ""
    table: list[list[str]] = field(default_factory=list)


@dataclass
class Letter:
    """A letter as every engine of the benchmark gets it."""

    title: str = ""
    head: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def letter_of(parts: list[Part]) -> Letter:
    """Return the letter that a tagged PDF holds, part by part in reading order."""
    letter, label = Letter(), ""
    for role, text in parts:
        if role == "H1":
            letter.title = text
        elif role == "H2":
            letter.sections.append(Section(text))
        elif not letter.sections:
            if text:
                letter.head.append(text)
        else:
            label = _add(letter.sections[-1], role, text, label)
    return letter


def _add(section: Section, role: str, text: str, label: str) -> str:
    """Add one part to a section and return the label that waits for its text."""
    if role == "TR":
        section.table.append([])
    elif role in ("TH", "TD"):
        section.table[-1].append(text)
    elif role == "Caption":
        section.caption = text
    elif role == "H3" or (role == "LBody" and not label):
        return text
    elif text and label:
        section.rows.append((label, text))
    elif text:
        section.paragraphs.append(text)
    return label if not text else ""
