"""What a practice decides for itself about requests, with the documented defaults."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import EMPTY, Catalogue
from lettergen.requests.catalogue.own_words import read_replies

WAIVER_CAP_PENCE = 100_00
LARGEST_PENCE = 10_000_00
LONGEST_TEXT = 300
LONGEST_ROLE = 80
KEYS = (
    "not_offered",
    "patient_charging",
    "paused",
    "waiver_cap_pence",
    "collaborative_pence",
    "front_door_open",
    "replies",
    "reply_texts",
    "contact_role",
)


class BadRequestSettings(Refused):
    """Stored or typed settings that cannot be; `errors` says why by name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        reasons = tuple(f"{name}: {text}" for name, text in errors.items())
        super().__init__("These settings for requests cannot be used.", reasons)


@dataclass(frozen=True)
class RequestSettings:
    """The settings of one practice.

    `not_offered` are private types that it does not do; `patient_charging` whether patients can
    pay for work at all; `paused` stops all private work for a time. `waiver_cap_pence` is what may
    be waived in a calendar month, at full price. `collaborative_pence` is the local rate by type
    that a public body pays. `replies` are own wordings by code and part, `reply_texts` own reasons
    by type, `contact_role` whom replies name in place of the role that is shipped.
    """

    not_offered: frozenset[str] = frozenset()
    patient_charging: bool = True
    paused: bool = False
    waiver_cap_pence: int = WAIVER_CAP_PENCE
    collaborative_pence: Mapping[str, int] = field(default_factory=lambda: EMPTY)
    front_door_open: bool = True
    replies: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)
    reply_texts: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    contact_role: str = ""
    stored: Mapping[str, Any] = field(default_factory=lambda: EMPTY)

    def offered(self, type_key: str) -> bool:
        """Say whether the practice does this kind of work; the two switches are another matter."""
        return type_key not in self.not_offered


def read(stored: object, catalogue: Catalogue, *, is_new: bool = False) -> RequestSettings:
    """Return a practice's settings: what is stored laid over the defaults.

    `stored` is the JSON of `practices.request_settings`, or None. Unless it `is_new`, choices
    about types and replies that the catalogue has lost since are passed over. Raises
    BadRequestSettings, which names everything that cannot be.
    """
    stored = {} if stored is None else stored
    if not isinstance(stored, Mapping):
        raise BadRequestSettings({"settings": "must be an object"})
    errors = {
        name: f"is not a setting; known: {', '.join(KEYS)}"
        for name in sorted(set(stored) - set(KEYS))
    }
    kept = stored if is_new else _still_known(stored, catalogue)
    made = RequestSettings(
        not_offered=_not_offered(kept.get("not_offered"), catalogue, errors),
        patient_charging=_switch("patient_charging", kept, errors, default=True),
        paused=_switch("paused", kept, errors, default=False),
        waiver_cap_pence=_pence("waiver_cap_pence", kept, errors),
        collaborative_pence=_rates(kept.get("collaborative_pence"), catalogue, errors),
        front_door_open=_switch("front_door_open", kept, errors, default=True),
        replies=read_replies(kept.get("replies"), catalogue, errors),
        reply_texts=_reply_texts(kept.get("reply_texts"), catalogue, errors),
        contact_role=_text("contact_role", kept.get("contact_role", ""), LONGEST_ROLE, errors),
        stored=MappingProxyType(dict(stored)),
    )
    if errors:
        raise BadRequestSettings(errors)
    return made


def as_stored(own: RequestSettings) -> dict[str, Any]:
    """Return settings as JSON for a practice to keep: only what differs from the defaults."""
    usual = RequestSettings()
    made: dict[str, Any] = {
        "not_offered": sorted(own.not_offered),
        "patient_charging": own.patient_charging,
        "paused": own.paused,
        "waiver_cap_pence": own.waiver_cap_pence,
        "collaborative_pence": dict(own.collaborative_pence),
        "front_door_open": own.front_door_open,
        "replies": {code: dict(parts) for code, parts in own.replies.items()},
        "reply_texts": dict(own.reply_texts),
        "contact_role": own.contact_role,
    }
    defaults = {name: getattr(usual, name) for name in KEYS}
    return (
        {name: value for name, value in made.items() if value and value != defaults[name]}
        | {name: value for name, value in made.items() if value is False and defaults[name]}
        | ({"waiver_cap_pence": 0} if own.waiver_cap_pence == 0 else {})
    )


def _still_known(stored: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return the settings without choices about what the catalogue does not hold any more."""
    private = {key for key, kind in catalogue.types.items() if kind.is_private}
    state = {key for key, kind in catalogue.types.items() if kind.effective == "STATE_FEE"}
    known: dict[str, Iterable[str]] = {
        "not_offered": private,
        "collaborative_pence": state,
        "replies": catalogue.replies,
        "reply_texts": catalogue.types,
    }
    kept = dict(stored)
    for name, names in known.items():
        value = stored.get(name)
        if isinstance(value, list):
            kept[name] = [one for one in value if one in names]
        elif isinstance(value, Mapping):
            kept[name] = {key: one for key, one in value.items() if key in names}
    return kept


def _not_offered(stored: object, catalogue: Catalogue, errors: dict[str, str]) -> frozenset[str]:
    if stored is None:
        return frozenset()
    if not isinstance(stored, list) or not all(isinstance(one, str) for one in stored):
        errors["not_offered"] = "must be a list of types"
        return frozenset()
    for key in stored:
        kind = catalogue.types.get(key)
        if kind is None:
            errors[f"not_offered.{key}"] = "is no type of request"
        elif not kind.is_private:
            errors[f"not_offered.{key}"] = "is not private work, so it cannot be left out"
    return frozenset(stored)


def _rates(stored: object, catalogue: Catalogue, errors: dict[str, str]) -> dict[str, int]:
    found = {}
    for key, value in _table("collaborative_pence", stored, errors).items():
        name, kind = f"collaborative_pence.{key}", catalogue.types.get(key)
        if kind is None or kind.effective != "STATE_FEE":
            errors[name] = "is no type that a public body pays for"
        elif not _is_pence(value):
            errors[name] = "must be whole pence, from nothing to £10,000"
        else:
            found[key] = int(value)
    return found


def _reply_texts(stored: object, catalogue: Catalogue, errors: dict[str, str]) -> dict[str, str]:
    found = {}
    for key, value in _table("reply_texts", stored, errors).items():
        name = f"reply_texts.{key}"
        if key not in catalogue.types:
            errors[name] = "is no type of request"
            continue
        text = _text(name, value, LONGEST_TEXT, errors)
        if not text and name not in errors:
            errors[name] = "must say something; leave it out for the shipped words"
        found[key] = text
    return found


def _switch(name: str, stored: Mapping[str, Any], errors: dict[str, str], *, default: bool) -> bool:
    value = stored.get(name, default)
    if not isinstance(value, bool):
        errors[name] = "must be true or false"
    return value is True


def _pence(name: str, stored: Mapping[str, Any], errors: dict[str, str]) -> int:
    value = stored.get(name, WAIVER_CAP_PENCE)
    if not _is_pence(value):
        errors[name] = "must be whole pence, from nothing to £10,000"
        return WAIVER_CAP_PENCE
    return int(value)


def _is_pence(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_PENCE


def _text(name: str, value: object, longest: int, errors: dict[str, str]) -> str:
    if not isinstance(value, str) or len(value.strip()) > longest:
        errors[name] = f"must be a text of up to {longest} characters"
        return ""
    if not value.isprintable():
        errors[name] = "must be one line of plain text"
    return value.strip()


def _table(name: str, stored: object, errors: dict[str, str]) -> Mapping[str, Any]:
    if stored is None:
        return {}
    if not isinstance(stored, Mapping):
        errors[name] = "must be an object"
        return {}
    return stored
