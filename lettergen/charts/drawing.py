"""What a chart is made of: boxes, lines and words at their places, in units of its own width."""

from dataclasses import dataclass

# How boxes are filled, one number each: plain, or with a pattern of their own, so that they are
# told apart without colour. The template holds the patterns in this order.
STYLES = 6
WIDTH = 340.0
LETTER = 12.0  # the height of words in a chart
LEAST = 1.0  # what is there is seen, however little it is
# How wide a letter is on average, as a share of its height: Arimo and Frutiger, measured.
BREADTH = 0.53


@dataclass(frozen=True)
class Box:
    """A filled area. `href` leads to what it stands for, and `says` names it for who cannot see."""

    x: float
    y: float
    width: float
    height: float
    style: int
    href: str = ""
    says: str = ""


@dataclass(frozen=True)
class Line:
    """A straight line; `kind` is "grid", "axis", or "mark" for one that stands for a number."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "grid"


@dataclass(frozen=True)
class Text:
    """Words. `anchor` is "start", "middle" or "end"; with `plate` they stand on a white ground."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    is_strong: bool = False
    plate: Box | None = None


@dataclass(frozen=True)
class Chart:
    """A whole chart. `key` is its own on a page; title and description are for who cannot see it.

    `is_linked` says that at least one box leads somewhere: it is then no mere picture.
    """

    key: str
    title: str
    description: str
    width: float
    height: float
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    is_linked: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar in the row of a table: boxes and marks on 100 units, as high as 10, and its words."""

    says: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...] = ()


def breadth(words: str, height: float = LETTER) -> float:
    """Return about how wide words are."""
    return len(words) * height * BREADTH


def rounded(number: float) -> float:
    """Return a coordinate as it is written: a tenth of a unit is finer than any printer."""
    return round(number, 1)


def shortened(words: str, room: float, height: float = LETTER) -> str:
    """Return words that fit a width, cut with an ellipsis if they do not."""
    most = max(1, int(room / (height * BREADTH)))
    return words if len(words) <= most else f"{words[: max(1, most - 1)].rstrip()}…"
