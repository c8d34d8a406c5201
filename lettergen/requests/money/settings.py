"""What a practice says about its money: who it is in law, VAT, terms, bank, rates, threshold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.models import Actor, Practice
from lettergen.refusals import Refused
from lettergen.requests.money.tariff import (
    Dated,
    Rates,
    Tariff,
    Threshold,
    Vat,
    latest,
    shipped_tariff,
)

SOLE, PARTNERSHIP, COMPANY = LEGAL_FORMS = ("sole_practitioner", "partnership", "company")
FORM_TITLES = MappingProxyType(
    {SOLE: "Sole practitioner", PARTNERSHIP: "Partnership", COMPANY: "Company"}
)
# Companies Act 2006, section 1203: a larger partnership may say where its list may be read.
MOST_NAMED = 20
LONGEST = 500
MOST_DAYS = 90
WHOLE = 100
TEXTS = ("legal_form", "legal_name", "partners_at", "company_number", "bank")
LISTS = ("partners", "address")
DATED = ("vat", "rates", "threshold")
KEYS = (*TEXTS, *LISTS, *DATED, "terms_days", "late_interest")


Entry = TypeVar("Entry", bound=Dated)


class BadMoneySettings(Refused):
    """Stored or typed settings that cannot be; `errors` says why by name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__("These settings cannot be used.", tuple(errors.values()))


@dataclass(frozen=True)
class Registration:
    """From a day on the practice has this VAT number, or none."""

    since: date
    number: str


@dataclass(frozen=True)
class MoneySettings:
    """The settings of one practice; what is dated is in the order of its days.

    `legal_name` is the sole practitioner's own name or the company's registered one; `address`
    is where legal documents reach them; `terms_days` how long an organisation has to pay.
    """

    legal_form: str
    legal_name: str
    partners: tuple[str, ...]
    partners_at: str
    company_number: str
    address: tuple[str, ...]
    bank: str
    terms_days: int
    late_interest: bool
    vat: tuple[Registration, ...]
    rates: tuple[Rates, ...]
    thresholds: tuple[Threshold, ...]
    vat_rates: tuple[Vat, ...]

    def vat_number(self, on: date) -> str:
        """Return the VAT number that counts on a day, or nothing."""
        found = latest(self.vat, on)
        return found.number if found else ""

    def vat_percent(self, vat_class: str, on: date) -> int:
        """Return the rate of VAT to add on a day: none unless registered and standard-rated."""
        found = latest(self.vat_rates, on)
        return found.percent if found and vat_class == "SR" and self.vat_number(on) else 0

    def rates_on(self, on: date) -> Rates:
        """Return what a minute is worth on a day; before the first rates, those."""
        return latest(self.rates, on) or self.rates[0]

    def threshold_on(self, on: date) -> Threshold:
        """Return the threshold of VAT registration on a day."""
        return latest(self.thresholds, on) or self.thresholds[0]

    @property
    def lacks(self) -> str:
        """What has to be filled in before an invoice may leave, or nothing."""
        if not self.legal_form:
            return "say what the practice is in law: sole practitioner, partnership or company"
        if self.legal_form != PARTNERSHIP and not self.legal_name:
            return "enter the name of the owner or the company"
        if self.legal_form == PARTNERSHIP and not (self.partners or self.partners_at):
            return "enter the partners' names, or where the list of them may be read"
        if self.legal_form == COMPANY and not self.company_number:
            return "enter the company's number"
        if not self.address:
            return "enter the address for legal documents"
        return ""


def read(stored: object, tariff: Tariff | None = None) -> MoneySettings:
    """Return a practice's settings: `practices.money_settings` laid over the amounts we ship.

    Raises BadMoneySettings, which names everything that cannot be.
    """
    known = tariff or shipped_tariff()
    if not isinstance(stored, Mapping | None):
        raise BadMoneySettings({"settings": "The settings must be an object."})
    given = stored or {}
    errors = {name: f"“{name}” is not a setting." for name in sorted(set(given) - set(KEYS))}
    made = MoneySettings(
        **{name: _text(name, given, errors) for name in TEXTS},  # type: ignore[arg-type]
        **{name: _lines(name, given, errors) for name in LISTS},  # type: ignore[arg-type]
        terms_days=_days(given, errors),
        late_interest=given.get("late_interest") is True,
        vat=_dated("vat", given, errors, _registration),
        rates=_merged(known.rates, _dated("rates", given, errors, _rates)),
        thresholds=_merged(known.thresholds, _dated("threshold", given, errors, _threshold)),
        vat_rates=known.vat,
    )
    _check(made, errors)
    if errors:
        raise BadMoneySettings(errors)
    return made


def of(session: Session, practice_id: str) -> MoneySettings:
    """Return the settings of a practice."""
    stored = session.scalars(
        select(Practice.money_settings).where(Practice.id == practice_id)
    ).one()
    return read(stored)


def change(
    session: Session, actor: Actor, chosen: Mapping[str, Any], *, at: datetime
) -> MoneySettings:
    """Put what a manager chose in place of what was; dated lists keep what they had.

    Invoices that were issued keep what they say. Raises NotAllowed unless the actor is a
    manager, BadMoneySettings.
    """
    accounts.require_manager(actor)
    practice = accounts.lock_practice(session, actor)
    before = practice.money_settings or {}
    kept = {name: before[name] for name in DATED if name in before and name not in chosen}
    fresh = {**kept, **chosen}
    checked = read(fresh)
    action = "money.settings_changed"
    accounts.keep_settings(session, actor, practice, "money_settings", fresh, action=action, at=at)
    return checked


def follow(
    session: Session, actor: Actor, name: str, entry: Mapping[str, Any], *, on: date, at: datetime
) -> MoneySettings:
    """Add one dated entry to `vat`, `rates` or `threshold`; what counted before stays.

    `entry` holds what the list holds, with "from" as an ISO date. Raises Refused for a day before
    `on`, today in England, because what was printed since would be said anew.
    """
    if date.fromisoformat(entry["from"]) < on:
        raise Refused("Choose today or a later day: what counted before stays as it was.")
    # Locked before it is read: two entries at once would otherwise leave one.
    practice = accounts.lock_practice(session, actor)
    before = dict(practice.money_settings or {})
    others = [one for one in before.get(name, ()) if one["from"] != entry["from"]]
    return change(session, actor, {**before, name: [*others, dict(entry)]}, at=at)


def _text(name: str, given: Mapping[str, Any], errors: dict[str, str]) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST:
        errors[name] = f"Use at most {LONGEST} characters here."
        return ""
    return value.strip()


def _lines(name: str, given: Mapping[str, Any], errors: dict[str, str]) -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        errors[name] = "Enter one a line."
        return ()
    if any(len(one) > LONGEST for one in value):
        errors[name] = f"Use at most {LONGEST} characters a line."
    return tuple(one.strip() for one in value if one.strip())


def _days(given: Mapping[str, Any], errors: dict[str, str]) -> int:
    value = given.get("terms_days", 30)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        errors["terms_days"] = f"Enter a number of days from 0 to {MOST_DAYS}."
        return 30
    return value


def _dated(
    name: str,
    given: Mapping[str, Any],
    errors: dict[str, str],
    make: Callable[[Mapping[str, Any]], Entry],
) -> tuple[Entry, ...]:
    try:
        found = sorted(given.get(name, ()), key=lambda one: str(one["from"]))
        return tuple(make(one) for one in found)
    except (KeyError, TypeError, ValueError):
        errors[name] = f"The dated entries of “{name}” cannot be read."
        return ()


def _registration(one: Mapping[str, Any]) -> Registration:
    return Registration(date.fromisoformat(one["from"]), str(one["number"]))


def _rates(one: Mapping[str, Any]) -> Rates:
    amounts = (int(one[name]) for name in ("gp_minute", "admin_minute", "fixed"))
    return Rates(date.fromisoformat(one["from"]), *amounts)


def _threshold(one: Mapping[str, Any]) -> Threshold:
    warn = int(one["warn_percent"])
    return Threshold(date.fromisoformat(one["from"]), int(one["pence"]), warn)


def _merged(ours: tuple[Entry, ...], own: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the practice's own entries with ours before the first of them."""
    if not own:
        return ours
    return (*(one for one in ours if one.since < own[0].since), *own)


def _check(made: MoneySettings, errors: dict[str, str]) -> None:
    if made.legal_form not in ("", *LEGAL_FORMS):
        errors["legal_form"] = "Choose sole practitioner, partnership or company."
    if len(made.partners) > MOST_NAMED and not made.partners_at:
        errors["partners_at"] = (
            f"With more than {MOST_NAMED} partners, say where the list of names may be read."
        )
    for one in made.vat:
        digits = one.number.removeprefix("GB").replace(" ", "")
        if one.number and not (digits.isascii() and digits.isdigit() and len(digits) in (9, 12)):
            errors["vat"] = "A VAT number has 9 digits, such as GB 999 9999 73."
    if any(one.pence <= 0 or not 0 < one.warn_percent <= WHOLE for one in made.thresholds):
        errors["threshold"] = "Enter a threshold above £0, and a warning from 1 to 100 per cent."
    if any(min(one.gp_minute, one.admin_minute, one.fixed) < 0 for one in made.rates):
        errors["rates"] = "Enter what a minute is worth, not less than £0.00."
