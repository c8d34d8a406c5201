"""Histories by chance: the register agrees with a plain recount, and the past stays as it was."""

import copy
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lettergen.consents.form.days import end_of
from lettergen.consents.register import asked as register
from lettergen.consents.register import holding, records, withdrawing
from lettergen.consents.register.grants import ALL_KNOWN, Happening, Kind, NotPossible
from lettergen.consents.register.judging import GrantSeen, ImageSeen, Question, judge
from lettergen.places import CHECKOUT
from lettergen.refusals import Refused

CASES = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
FIRST = date(2026, 1, 1)
LAST_DAY = 40
KINDS = (Kind.WITHDRAW, Kind.SUSPEND, Kind.RESUME, Kind.PATIENT_DIES, Kind.FOUND_WRONG)


@dataclass(frozen=True)
class Told:
    """Something that is said on one day, and written down on the same or a later one."""

    kind: Kind
    day: int
    minute: int
    late: int

    @property
    def said_at(self) -> datetime:
        return moment(self.day, self.minute)

    @property
    def recorded_at(self) -> datetime:
        return self.said_at + timedelta(days=self.late)


@dataclass(frozen=True)
class Form:
    """One form for the photo: signed on a day, yes or no, for some days or without end."""

    is_yes: bool
    day: int
    minute: int
    lasts: int | None
    told: tuple[Told, ...]

    @property
    def signed_at(self) -> datetime:
        return moment(self.day, self.minute)

    @property
    def last_day(self) -> date | None:
        return None if self.lasts is None else FIRST + timedelta(days=self.day + self.lasts)


def moment(day: int, minute: int) -> datetime:
    return datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day, minutes=minute)


@st.composite
def histories(draw) -> list[Form]:
    minutes = draw(st.permutations(range(40)))
    forms = []
    for _ in range(draw(st.integers(0, 3))):
        day = draw(st.integers(0, LAST_DAY))
        told = [
            Told(
                draw(st.sampled_from(KINDS)),
                draw(st.integers(day, LAST_DAY)),
                60 + minutes.pop(),
                draw(st.integers(0, 5)),
            )
            for _ in range(draw(st.integers(0, 5)))
        ]
        lasts = draw(st.none() | st.integers(0, 20))
        forms.append(Form(draw(st.booleans()), day, minutes.pop(), lasts, tuple(told)))
    return forms


def seen(forms: list[Form], known_at: datetime) -> ImageSeen:
    """The same forms as the register reads them."""
    grants = []
    for place, form in enumerate(forms):
        first = Kind.SIGN_YES if form.is_yes else Kind.ANSWER_NO
        story = [Happening(first, form.signed_at, form.signed_at, 1)]
        story += [
            Happening(one.kind, one.said_at, one.recorded_at, number)
            for number, one in enumerate(form.told, 2)
        ]
        grants.append(
            GrantSeen(
                id=str(place),
                number=str(place),
                purpose="teach_closed",
                is_yes=form.is_yes,
                signed_at=form.signed_at,
                filed_at=form.signed_at,
                valid_until=form.last_day if form.is_yes else None,
                route="adult_self",
                birthdays={16: date(1990, 1, 1), 18: date(1992, 1, 1)},
                scope={},
                is_intimate=False,
                covers_since=form.signed_at,
                happenings=tuple(story),
            )
        )
    deaths = [
        one
        for grant in grants
        if not any(
            other.kind is Kind.FOUND_WRONG and other.recorded_at <= known_at
            for other in grant.happenings
        )
        for one in grant.happenings
        if one.kind is Kind.PATIENT_DIES
    ]
    return ImageSeen(grants, deaths=deaths)


def answer(forms: list[Form], day: int, known_at: datetime = ALL_KNOWN) -> tuple[str, str]:
    on = FIRST + timedelta(days=day)
    verdict = judge(seen(forms, known_at), Question("teach_closed", on, end_of(on), known_at))
    return verdict.word, verdict.reason.value


def recount(forms: list[Form], day: int, known_at: datetime) -> tuple[str, str]:  # noqa: PLR0911, PLR0912
    """The answer told as a story, day after day, without the table of moves."""
    on = FIRST + timedelta(days=day)
    night = datetime(on.year, on.month, on.day, 23, 59, 59, tzinfo=UTC)
    there = [one for one in forms if one.signed_at <= known_at]
    if not there:
        return "NO", "image_not_covered"
    good = []
    for form in there:
        heard = [one for one in form.told if one.recorded_at <= known_at]
        if not any(one.kind is Kind.FOUND_WRONG for one in heard):
            good.append((form, sorted(heard, key=lambda one: one.said_at)))
    if not good:
        return "NO", "entered_in_error"
    begun = [(form, heard) for form, heard in good if form.signed_at <= night]
    if not begun:
        return "NO", "before_consent" if any(form.is_yes for form, _ in good) else "refused"
    ends = []
    for form, heard in begun:
        if not form.is_yes:
            ends.append((form.signed_at, "refused"))
        ends += [(one.said_at, "withdrawn") for one in heard
                 if form.is_yes and one.kind is Kind.WITHDRAW and one.said_at <= night]  # fmt: skip
    yes = max((pair for pair in begun if pair[0].is_yes), key=lambda pair: pair[0].signed_at,
              default=None)  # fmt: skip
    if yes is None or (ends and max(ends)[0] >= yes[0].signed_at):
        # The first withdrawal of a form is the one that counts.
        first = {}
        for form, heard in begun:
            said = [one.said_at for one in heard
                    if one.kind is Kind.WITHDRAW and one.said_at <= night]  # fmt: skip
            first[form] = (form.signed_at, "refused") if not form.is_yes else (
                (min(said), "withdrawn") if said else None)  # fmt: skip
        stops = [one for one in first.values() if one]
        if yes is None or max(stops)[0] >= yes[0].signed_at:
            return "NO", max(stops)[1]
    form, heard = yes
    if form.last_day and on > form.last_day:
        return "NO", "expired"
    is_held = False
    for one in heard:
        if one.said_at <= night and one.kind in (Kind.SUSPEND, Kind.RESUME):
            is_held = one.kind is Kind.SUSPEND
    if is_held:
        return "CHECK", "suspended"
    every = [one for other in forms for one in other.told
             if not any(each.kind is Kind.FOUND_WRONG and each.recorded_at <= known_at
                        for each in other.told)]  # fmt: skip
    for one in every:
        is_death = one.kind is Kind.PATIENT_DIES and one.recorded_at <= known_at
        if is_death and form.signed_at <= one.said_at <= night:
            return "CHECK", "patient_died"
    return "YES", "ok"


@given(histories(), st.integers(0, LAST_DAY), st.none() | st.integers(0, LAST_DAY + 5))
@settings(max_examples=400)
def test_the_register_agrees_with_a_plain_recount(forms, day, known):
    known_at = ALL_KNOWN if known is None else moment(known, 600)

    assert answer(forms, day, known_at) == recount(forms, day, known_at)


@given(histories(), st.integers(0, LAST_DAY), st.data())
@settings(max_examples=200)
def test_what_happens_later_leaves_the_answers_of_earlier_days_alone(forms, day, data):
    before = answer(forms, day)
    grown = [
        replace(form, told=(*form.told, Told(kind, max(day + 1, form.day), 500 + place, 0)))
        for place, form in enumerate(forms)
        for kind in [data.draw(st.sampled_from([one for one in KINDS if one != "found_wrong"]))]
    ]
    grown.append(Form(data.draw(st.booleans()), day + 1, 700, None, ()))

    after = answer(grown, day)

    # A first form that comes later is known by then, and says that it came later.
    is_first = before == ("NO", "image_not_covered")
    assert after == before or (is_first or before[1] in ("entered_in_error", "refused"))
    assert after[0] == before[0]


@given(histories(), st.integers(0, LAST_DAY), st.integers(0, LAST_DAY), st.data())
@settings(max_examples=200)
def test_what_is_written_down_later_leaves_what_was_known_alone(forms, day, known, data):
    known_at = moment(known, 600)
    before = answer(forms, day, known_at)
    grown = [
        replace(form, told=(*form.told, Told(kind, form.day, 300 + place, LAST_DAY + 10)))
        for place, form in enumerate(forms)
        for kind in [data.draw(st.sampled_from(KINDS))]
    ]

    assert answer(grown, day, known_at) == before


@given(histories(), st.integers(0, LAST_DAY))
@settings(max_examples=200)
def test_there_is_no_yes_without_a_signed_yes(forms, day):
    night = moment(day + 1, -480)
    if answer(forms, day)[0] == "YES":
        assert any(form.is_yes and form.signed_at < night for form in forms)


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["withdraw", "suspend", "resume", "new yes", "new no"]),
        st.integers(1, 30),
    ),
    max_size=6,
)


@pytest.mark.slow
@given(deeds=DEEDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_deeds_by_chance_answer_as_their_story_says(
    session, practice_terms, people, grant_of, deeds
):
    """Deeds of one day after another through the register itself, against their plain story."""
    part = session.begin_nested()
    grants, story = [], {}
    for place, (deed, day) in enumerate(sorted(deeds, key=lambda one: one[1])):
        at = moment(day, place)
        try:
            if deed.startswith("new"):
                record = records.file(
                    session, practice_terms, people.clinician, form(deed, place, at), at=at
                )
                grants.append(grant_of(record, "teach_closed"))
                story = {"signed": deed, "held": False}
            elif grants and deed == "withdraw":
                withdrawing.withdraw(
                    session, practice_terms, people.receptionist, [grants[-1].id],
                    how="desk", by_name="Testpatient One", said_at=at, at=at,
                )  # fmt: skip
                story["signed"] = "withdrawn"
            elif grants and deed == "suspend":
                holding.suspend(
                    session, practice_terms, people.clinician, [grants[-1].id],
                    reason="a doubt", speak_to="Mo Manager", at=at,
                )  # fmt: skip
                story["doubts"] = story.get("doubts", 0) + 1
            elif grants and deed == "resume":
                holding.resume(
                    session, practice_terms, people.manager, grants[-1].id,
                    reason="cleared", at=at,
                )  # fmt: skip
                story["doubts"] = 0
        except NotPossible:
            pass
    found = register.ask(
        session, people.manager, image_id="IMG-0101-A", purpose="teach_closed",
        on=FIRST + timedelta(days=31), at=moment(31, 0),
    )  # fmt: skip
    part.rollback()
    session.expire_all()

    assert found.word == expected(story)


def expected(story: dict) -> str:
    if story.get("signed") != "new yes":
        return "NO"
    return "CHECK" if story.get("doubts") else "YES"


def form(deed: str, place: int, at: datetime) -> dict:
    case = copy.deepcopy(CASES["case1_adult_direct_care"])
    case["record_id"] = f"PIC-{place}"
    case["signatures"][0]["signed_at"] = at.isoformat()
    case["clinician"]["declared_at"] = at.isoformat()
    case["purposes"]["teach_closed"] = {"decision": deed.removeprefix("new ")}
    return case


def test_a_moment_outside_all_histories_is_refused_by_the_form():
    with pytest.raises(Refused):
        records.signed_at({"signatures": [{"signer_role": "patient", "signed_at": "2026"}]})
