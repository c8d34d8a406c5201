"""What a practice decides for itself about photo consent, with the documented defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lettergen.conditions import is_blank
from lettergen.consents.form.grammar import Catalogue
from lettergen.refusals import Refused

LONGEST_VALIDITY = 120
LONGEST_DEADLINE = 60
LONGEST_NAME = 200


class BadConsentSettings(Refused):
    """Stored or typed settings that cannot be; `errors` says why by name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        reasons = tuple(f"{name}: {text}" for name, text in errors.items())
        super().__init__("These photo consent settings cannot be used.", reasons)


@dataclass(frozen=True)
class Deadline:
    """Working days after a withdrawal: to stop, and to confirm that all is done (or None)."""

    stop_days: int
    confirm_days: int | None


@dataclass(frozen=True)
class ConsentSettings:
    """The settings of one practice.

    `validity_months` is by purpose, None for as long as the record or the study; `deadlines` is by
    purpose, and by `publish.after_publication` for the later stage of an article.
    """

    validity_months: Mapping[str, int | None]
    deadlines: Mapping[str, Deadline]
    letter_days: int
    removal_days: int
    channels: tuple[str, ...]
    personal_phone_allowed: bool
    personal_phone_policy: str
    keeps_preview: bool
    stored: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def read(stored: object, catalogue: Catalogue) -> ConsentSettings:
    """Return a practice's settings: what is stored laid over the defaults of the catalogue.

    `stored` is the JSON of `practices.consent_settings`, or None. Raises BadConsentSettings,
    which names everything that cannot be.
    """
    if stored is None:
        stored = {}
    if not isinstance(stored, Mapping):
        raise BadConsentSettings({"settings": "must be an object"})
    errors: dict[str, str] = {}
    for name in sorted(set(stored) - set(_KEYS)):
        errors[name] = f"is not a setting; known: {', '.join(_KEYS)}"
    made = ConsentSettings(
        validity_months=_validity(stored.get("validity_months"), catalogue, errors),
        deadlines=_deadlines(stored.get("deadlines"), catalogue, errors),
        letter_days=_days("letter_days", stored, catalogue.letter_days, errors),
        removal_days=_days("removal_days", stored, catalogue.removal_days, errors),
        channels=_channels(stored.get("channels"), catalogue, errors),
        personal_phone_allowed=_switch("personal_phone_allowed", stored, errors),
        personal_phone_policy=_policy(stored, errors),
        keeps_preview=_switch("keeps_preview", stored, errors),
        stored=MappingProxyType(dict(stored)),
    )
    if errors:
        raise BadConsentSettings(errors)
    return made


_KEYS = (
    "validity_months",
    "deadlines",
    "letter_days",
    "removal_days",
    "channels",
    "personal_phone_allowed",
    "personal_phone_policy",
    "keeps_preview",
)


def _validity(
    stored: object, catalogue: Catalogue, errors: dict[str, str]
) -> dict[str, int | None]:
    months = {purpose.key: purpose.validity_months for purpose in catalogue.purposes}
    for key, value in _table("validity_months", stored, months, errors).items():
        if months[key] is None:
            errors[f"validity_months.{key}"] = (
                "has no term: it lasts as long as the record or study"
            )
        elif not _is_whole(value, 1, LONGEST_VALIDITY):
            errors[f"validity_months.{key}"] = f"must be 1 to {LONGEST_VALIDITY} months"
        else:
            months[key] = int(value)
    return months


def _deadlines(stored: object, catalogue: Catalogue, errors: dict[str, str]) -> dict[str, Deadline]:
    known = {
        _deadline_name(purpose.key, ending.stage): Deadline(ending.stop_days, ending.confirm_days)
        for purpose in catalogue.purposes
        for ending in purpose.endings
    }
    for key, value in _table("deadlines", stored, known, errors).items():
        name = f"deadlines.{key}"
        if not isinstance(value, Mapping) or set(value) - {"stop_days", "confirm_days"}:
            errors[name] = "must be an object of stop_days and confirm_days"
            continue
        stop = value.get("stop_days", known[key].stop_days)
        confirm = value.get("confirm_days", known[key].confirm_days)
        if not _is_whole(stop, 0, LONGEST_DEADLINE):
            errors[name] = f"stop_days must be 0 to {LONGEST_DEADLINE} working days"
        elif confirm is not None and not _is_whole(confirm, int(stop), LONGEST_DEADLINE):
            errors[name] = f"confirm_days must be {stop} to {LONGEST_DEADLINE} working days"
        else:
            known[key] = Deadline(int(stop), confirm)
    return known


def _deadline_name(purpose: str, stage: str) -> str:
    return f"{purpose}.{stage}" if stage == "after_publication" else purpose


def _channels(stored: object, catalogue: Catalogue, errors: dict[str, str]) -> tuple[str, ...]:
    if stored is None:
        return catalogue.channels
    if not isinstance(stored, list) or not stored:
        errors["channels"] = "must be a list with at least one way to send"
        return catalogue.channels
    unknown = [str(one) for one in stored if one not in catalogue.channels]
    if unknown:
        errors["channels"] = f"not a secure way to send: {', '.join(unknown)}"
    return tuple(code for code in catalogue.channels if code in stored)


def _policy(stored: Mapping[str, Any], errors: dict[str, str]) -> str:
    policy = stored.get("personal_phone_policy", "")
    if not isinstance(policy, str) or len(policy) > LONGEST_NAME:
        errors["personal_phone_policy"] = f"must be a text of up to {LONGEST_NAME} characters"
        return ""
    if stored.get("personal_phone_allowed") is True and is_blank(policy.strip()):
        errors["personal_phone_policy"] = "name the practice policy that allows personal phones"
    return policy.strip()


def _switch(name: str, stored: Mapping[str, Any], errors: dict[str, str]) -> bool:
    value = stored.get(name, False)
    if not isinstance(value, bool):
        errors[name] = "must be true or false"
    return value is True


def _days(name: str, stored: Mapping[str, Any], default: int, errors: dict[str, str]) -> int:
    value = stored.get(name, default)
    if not _is_whole(value, 1, LONGEST_DEADLINE):
        errors[name] = f"must be 1 to {LONGEST_DEADLINE} working days"
        return default
    return int(value)


def _table(
    name: str, stored: object, known: Mapping[str, object], errors: dict[str, str]
) -> Mapping[str, Any]:
    if stored is None:
        return {}
    if not isinstance(stored, Mapping):
        errors[name] = "must be an object"
        return {}
    for key in sorted(set(stored) - set(known)):
        errors[f"{name}.{key}"] = f"is not known; known: {', '.join(known)}"
    return {key: value for key, value in stored.items() if key in known}


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
