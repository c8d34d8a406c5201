"""Days by which something is due: reckoned from a start, a length and what was held meanwhile."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from lettergen import working_days

RED, AMBER, GREEN, GREY = "red", "yellow", "green", "grey"
SOON = 2


@dataclass(frozen=True)
class Kind:
    """What a clock is called, and how it counts.

    `rolls` moves an end that falls on no working day to the next one. `is_deadline` is a day
    that the practice itself can miss. `stops_for` are the reasons for which it stands still.
    """

    title: str
    rolls: bool = False
    is_deadline: bool = False
    stops_for: frozenset[str] = frozenset()


WAITS = frozenset({"consent", "authority", "identity", "scope", "info", "money", "sight"})
ASKED_BACK = frozenset({"identity", "scope", "authority"})

KINDS = {
    "target": Kind("Answer", is_deadline=True, stops_for=WAITS),
    # UK GDPR article 12(3) and the Data Protection Act 2018: one month, two more if complex; the
    # Data (Use and Access) Act 2025 stops it while the practice waits to know who asks, or for
    # what. An end on a day off counts as the next working day, as the Commissioner reads it.
    "subject_access": Kind("Copy of records", rolls=True, is_deadline=True, stops_for=ASKED_BACK),
    # Access to Health Records Act 1990, section 3(5): 21 days for a record of the last 40 days,
    # 40 days otherwise.
    "deceased": Kind("Dead person's records", is_deadline=True, stops_for=ASKED_BACK),
    # Access to Medical Reports Act 1988, section 4(2): the first day on which a report may leave
    # without a word from the patient, and section 6: kept six months.
    "see_first": Kind("May leave without the patient's answer"),
    "keep": Kind("Keep the report"),
    "tell_police": Kind("Tell the police why it waits", is_deadline=True),
    "quote": Kind("Quote lapses"),
    "other": Kind("Due", is_deadline=True, stops_for=WAITS),
}

SUBJECT_ACCESS, SUBJECT_ACCESS_COMPLEX = "1m", "3m"
DECEASED_RECENT, DECEASED_OLDER = "21d", "40d"
RECENT_ENTRY = 40
SEE_FIRST, KEEP, TELL_POLICE = "21d", "6m", "14d"


@dataclass(frozen=True)
class Light:
    """A traffic light: the colour's role, and the word that says the same without colour."""

    role: str
    word: str

    @property
    def is_late(self) -> bool:
        """Whether the day has passed."""
        return self.role == RED and self.word.startswith("Late")


def reckon(
    kind: str, starts_on: date, length: str, days_off: Collection[date], paused_days: int = 0
) -> date:
    """Return the day by which a clock of this kind and length ends.

    `paused_days` are working days for a length in working days, otherwise days of the calendar.
    """
    count, unit = int(length[:-1]), length[-1]
    if unit == "w":
        return working_days.after(starts_on, count + paused_days, days_off)
    ends = months_after(starts_on, count) if unit == "m" else starts_on + timedelta(days=count)
    ends += timedelta(days=paused_days)
    return working_days.after(ends, 0, days_off) if KINDS[kind].rolls else ends


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it has no such day.

    31 January and one month is 28 February, or 29 February in a leap year.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def may_leave_on(application_on: date, wish_known_on: date | None = None) -> date:
    """Return the first day on which a report may leave without a word from its patient.

    21 days begin with the day of the application, or the later day on which the patient told the
    practice. Source: Access to Medical Reports Act 1988, section 4.
    """
    return max(application_on, wish_known_on or application_on) + timedelta(days=21)


def deceased_length(applied_on: date, last_entry_on: date | None) -> str:
    """Return how long a dead person's records may take: less if something was just added.

    Source: Access to Health Records Act 1990, section 3(5).
    """
    is_recent = last_entry_on is not None and (applied_on - last_entry_on).days <= RECENT_ENTRY
    return DECEASED_RECENT if is_recent else DECEASED_OLDER


def light(due_on: date | None, today: date, days_off: Collection[date], *, held: bool) -> Light:
    """Return the traffic light of a day: red when it has passed or is here, yellow when near."""
    if held:
        return Light(GREY, "Waiting")
    if due_on is None:
        return Light(GREY, "No date")
    if due_on < today:
        late = (today - due_on).days
        return Light(RED, f"Late by {late} {'day' if late == 1 else 'days'}")
    if due_on == today:
        return Light(RED, "Due today")
    left = working_days.between(today + timedelta(days=1), due_on, days_off)
    if left <= SOON:
        return Light(AMBER, "Due soon" if left else "Due before the next working day")
    return Light(GREEN, f"{left} working days left")
