"""What stands beside the set-up of a consent: stops, what is missing, and the ways to hand over."""

from dataclasses import dataclass

from lettergen.web.forms.panel import Link


@dataclass(frozen=True)
class Notice:
    """A rule that fired, with where to mend it."""

    rule_id: str
    message: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Card:
    """A stop: what to do instead of taking the photo."""

    id: str
    title: str
    text: tuple[str, ...]
    steps: tuple[str, ...]
    carry_on: str


@dataclass(frozen=True)
class Panel:
    """What still stands between the set-up and the patient."""

    is_ready: bool
    is_clinicians: bool
    answered: int
    needed: int
    stops: tuple[Notice, ...]
    errors: tuple[Link, ...]
    warnings: tuple[Notice, ...]
    missing: tuple[Link, ...]
