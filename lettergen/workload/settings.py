"""What a practice's minutes cost and how many patients it has: dated, because both change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.models import Actor, NotAllowed, Practice
from lettergen.refusals import Refused
from lettergen.workload.kinds import ROLES
from lettergen.workload.periods import last_day

# Pence a minute, all costs included. Our own assumption, to be replaced by the practice's figures:
# recent unit costs of health and social care put a GP at about £4 to £5 a minute.
DEFAULT_RATES: Mapping[str, int] = MappingProxyType(
    {"gp": 450, "nurse": 100, "administrator": 45, "receptionist": 40}
)
DEAREST_RATE = 5_000
LARGEST_LIST = 1_000_000
MOST_ENTRIES = 200
# Papers of lettergen.reports that are about a time that ends, so that they can make themselves.
BY_THEMSELVES = ("partners", "poster", "board")
MOST_NAMED = 10


class BadWorkloadSettings(Refused):
    """Stored or typed settings that cannot be; `errors` says why by name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        reasons = tuple(f"{name}: {text}" for name, text in errors.items())
        super().__init__("These settings for workload cannot be used.", reasons)


@dataclass(frozen=True)
class Rates:
    """What a minute costs by role, in pence, from the first day of a month on.

    `is_default` marks our own assumption, which every page that shows a cost must say.
    """

    since: date
    pence: Mapping[str, int]
    is_default: bool = False


@dataclass(frozen=True)
class ListSize:
    """How many patients were registered, as known from a day on."""

    since: date
    patients: int


@dataclass(frozen=True)
class Reports:
    """Which papers are made by themselves when their time is over, and who is told by e-mail."""

    kinds: Sequence[str] = ()
    emails: Sequence[str] = ()


@dataclass(frozen=True)
class WorkloadSettings:
    """A practice's unit costs and list sizes, the oldest first, and the papers it wants."""

    rates: Sequence[Rates] = ()
    list_sizes: Sequence[ListSize] = ()
    reports: Reports = Reports()

    def rates_of(self, month: date) -> Rates:
        """Return the rates of a month: the last that began by then, or our own defaults."""
        known = [one for one in self.rates if one.since <= month]
        return known[-1] if known else _OUR_OWN

    def patients_of(self, month: date) -> int | None:
        """Return the list size of a month: the last by its end, or the first one ever known."""
        if not self.list_sizes:
            return None
        known = [one for one in self.list_sizes if one.since <= last_day(month)]
        return (known[-1] if known else self.list_sizes[0]).patients

    def stored(self) -> dict[str, Any]:
        """Return the settings as practices.workload_settings holds them."""
        reports = {"kinds": list(self.reports.kinds), "emails": list(self.reports.emails)}
        return {
            **({"reports": reports} if self.reports != Reports() else {}),
            "rates": [{"from": one.since.isoformat(), **one.pence} for one in self.rates],
            "list_sizes": [
                {"from": one.since.isoformat(), "patients": one.patients} for one in self.list_sizes
            ],
        }


_OUR_OWN = Rates(date.min, DEFAULT_RATES, is_default=True)


def settings_of(session: Session, actor: Actor) -> WorkloadSettings:
    """Return the settings of the actor's practice."""
    practice = session.get_one(Practice, actor.practice_id)
    return read(practice.workload_settings)


def save(
    session: Session, actor: Actor, stored: Mapping[str, Any], *, at: datetime
) -> WorkloadSettings:
    """Put a practice's settings in place of the old ones, and return them.

    Raises NotAllowed for anyone but a manager, and BadWorkloadSettings with every fault.
    """
    if "manager" not in actor.roles:
        raise NotAllowed("Only a manager can change unit costs and the list size.")
    found = read(stored)
    practice = session.get_one(Practice, actor.practice_id)
    practice.workload_settings = found.stored()
    models.record(session, actor, "workload.settings", practice, at=at, details=found.stored())
    return found


def read(stored: object) -> WorkloadSettings:
    """Return settings from their JSON: `rates` and `list_sizes`, each a list with `from`.

    Rates are whole pence a minute by role and begin on the first day of a month, because sums
    are kept by month. `reports` holds `kinds` and `emails`. None gives the defaults.
    Raises BadWorkloadSettings with every fault.
    """
    if stored is None:
        return WorkloadSettings()
    if not isinstance(stored, Mapping):
        raise BadWorkloadSettings({"settings": "must be an object"})
    errors = {
        str(name): "is not a setting; known: rates, list_sizes, reports"
        for name in sorted(set(stored) - {"rates", "list_sizes", "reports"}, key=str)
    }
    rates = _entries("rates", stored.get("rates", []), _rates, errors)
    sizes = _entries("list_sizes", stored.get("list_sizes", []), _list_size, errors)
    reports = _reports(stored.get("reports"), errors)
    if errors:
        raise BadWorkloadSettings(errors)
    return WorkloadSettings(
        tuple(sorted(rates, key=lambda one: one.since)),
        tuple(sorted(sizes, key=lambda one: one.since)),
        reports,
    )


def _reports(given: object, errors: dict[str, str]) -> Reports:
    """Read `reports`: `kinds` of those that are made by themselves, `emails` of who is told."""
    if given is None:
        return Reports()
    if not isinstance(given, Mapping) or not set(given) <= {"kinds", "emails"}:
        errors["reports"] = "must hold kinds and emails, and no more"
        return Reports()
    found: dict[str, tuple[str, ...]] = {}
    for name in ("kinds", "emails"):
        listed = given.get(name, [])
        is_sound = isinstance(listed, list) and len(listed) <= MOST_NAMED
        if not is_sound or not all(isinstance(one, str) for one in listed):
            errors[f"reports.{name}"] = f"must be a list of at most {MOST_NAMED} texts"
        else:
            found[name] = tuple(listed)
    unknown = [one for one in found.get("kinds", ()) if one not in BY_THEMSELVES]
    if unknown:
        errors["reports.kinds"] = f"can be {', '.join(BY_THEMSELVES)}"
    return Reports(**found)


def _entries(
    name: str, given: object, make: Callable[[Mapping[str, Any]], Any], errors: dict[str, str]
) -> list[Any]:
    if not isinstance(given, list) or len(given) > MOST_ENTRIES:
        errors[name] = f"must be a list of at most {MOST_ENTRIES}"
        return []
    found, seen = [], set()
    for number, entry in enumerate(given, 1):
        try:
            made = make(entry if isinstance(entry, Mapping) else {})
        except ValueError as fault:
            errors[f"{name}.{number}"] = str(fault)
            continue
        if made.since in seen:
            errors[f"{name}.{number}"] = f"there are two from {made.since.isoformat()}"
        seen.add(made.since)
        found.append(made)
    return found


def _rates(entry: Mapping[str, Any]) -> Rates:
    if set(entry) != {"from", *ROLES}:
        raise ValueError(f"must hold from, {', '.join(ROLES)}, and no more")
    since = _day(entry["from"])
    if since.day != 1:
        raise ValueError("begins on the first day of a month")
    pence = {role: _whole(entry[role], 0, DEAREST_RATE, "pence a minute") for role in ROLES}
    return Rates(since, MappingProxyType(pence))


def _list_size(entry: Mapping[str, Any]) -> ListSize:
    if set(entry) != {"from", "patients"}:
        raise ValueError("must hold from and patients, and no more")
    return ListSize(_day(entry["from"]), _whole(entry["patients"], 1, LARGEST_LIST, "patients"))


def _day(given: object) -> date:
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError("from must be a day like 2026-04-01") from None


def _whole(given: object, least: int, most: int, what: str) -> int:
    if type(given) is not int or not least <= given <= most:
        raise ValueError(f"{what} must be a whole number from {least} to {most:,}")
    return given
