"""Every state meets every event: what the table allows happens, all else is refused with why."""

from datetime import UTC, date, datetime

import pytest

from lettergen.consents.register.grants import (
    MOVES,
    Facts,
    Happening,
    Kind,
    NotPossible,
    State,
    move,
    replay,
)

SIGNED = datetime(2026, 1, 10, 9, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 9, tzinfo=UTC)

# The document's table, written out once more: event, states it may happen in, state it leaves.
TABLE = {
    "start": ({None}, "draft"),
    "hand_over": ({"draft"}, "offered"),
    "cancel": ({"draft", "offered"}, "void"),
    "sign_yes": ({"offered"}, "granted"),
    "answer_no": ({"offered"}, "refused"),
    "use": ({"granted"}, "same"),
    "publish_done": ({"granted"}, "spent"),
    "withdraw": ({"granted", "suspended", "spent", "expired"}, "withdrawn"),
    "suspend": ({"granted"}, "suspended"),
    "resume": ({"suspended"}, "granted"),
    "reaffirm": ({"suspended", "expired", "granted"}, "superseded"),
    "clock_expire": ({"granted"}, "expired"),
    "turns_16": ({"granted"}, "suspended"),
    "gains_capacity": ({"granted"}, "suspended"),
    "patient_dies": ({"granted", "suspended"}, "same"),
    "found_wrong": (
        {
            "draft",
            "offered",
            "granted",
            "refused",
            "suspended",
            "withdrawn",
            "expired",
            "superseded",
            "spent",
        },
        "void",
    ),
    "narrow": ({"granted"}, "superseded"),
    "widen": ({None}, "draft"),
}
STATES = [None, *(state.value for state in State)]
# Facts with which every guard is content; some events need a purpose of their own.
CONTENT = {
    "route": "parent",
    "said_at": LATER,
    "signed_at": SIGNED,
    "valid_until": date(2026, 5, 1),
    "sixteen_on": date(2026, 5, 1),
    "reason": "a reason",
    "by_name": "Dr Casey Clinician",
    "second_name": "Mo Manager",
    "reference": "10.9999/example",
    "replaced_by": "f" * 32,
    "has_staff": True,
    "is_complete": True,
    "is_sound": True,
    "is_live": True,
    "is_narrower": True,
}
PURPOSE = {"publish_done": "publish"}
GUARDS = [
    ("start", {"has_staff": False}, "Sign in"),
    ("hand_over", {"is_complete": False}, "Finish your part"),
    ("sign_yes", {"is_sound": False}, "not complete"),
    ("use", {"is_live": False}, "only a YES"),
    ("publish_done", {"reference": " "}, "DOI"),
    ("publish_done", {"purpose": "teach_closed"}, "consent to publish"),
    ("withdraw", {"said_at": datetime(2026, 1, 9, tzinfo=UTC)}, r"\(10 January 2026\)"),
    ("withdraw", {"died_at": SIGNED}, "after a death"),
    ("suspend", {"reason": ""}, "Say why"),
    ("resume", {"reason": ""}, "what cleared"),
    ("resume", {"by_name": ""}, "who decided"),
    ("resume", {"doubts": 1}, "still an open task"),
    ("resume", {"needs_patient": True}, "Ask the patient"),
    ("reaffirm", {"replaced_by": ""}, "sign a new form"),
    ("clock_expire", {"valid_until": date(2026, 6, 1)}, "not come to its end"),
    ("clock_expire", {"valid_until": None}, "not come to its end"),
    ("turns_16", {"sixteen_on": date(2026, 6, 2)}, "not 16 yet"),
    ("turns_16", {"route": "adult_self"}, "parent"),
    ("turns_16", {"purpose": "record"}, "beyond the child's own care"),
    ("gains_capacity", {"purpose": "share_care"}, "goes on"),
    ("gains_capacity", {"route": "adult_self"}, "in person"),
    ("patient_dies", {"said_at": None}, "date of death"),
    ("found_wrong", {"second_name": ""}, "Two people"),
    ("found_wrong", {"second_name": "dr casey clinician"}, "Two people"),
    ("found_wrong", {"reason": ""}, "what is wrong"),
    ("narrow", {"is_narrower": False}, "sign a new form"),
    ("narrow", {"replaced_by": ""}, "sign a new form"),
    ("widen", {"has_staff": False}, "Sign in"),
]


def facts(kind: str, **changes) -> Facts:
    purpose = PURPOSE.get(kind, "teach_closed")
    return Facts(**{**CONTENT, "purpose": purpose, **changes})


def happening(kind: Kind, said_at: datetime, number: int, **details) -> Happening:
    return Happening(kind, said_at, said_at, number, details)


def test_the_table_has_every_event_once():
    assert {kind.value for kind in MOVES} == set(TABLE) == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("state", STATES)
def test_an_event_happens_where_the_table_says_and_nowhere_else(state, kind):
    sources, target = TABLE[kind]
    before = State(state) if state else None

    if state in sources:
        assert move(before, Kind(kind), facts(kind)) == (state if target == "same" else target)
    else:
        with pytest.raises(NotPossible, match=r"This consent .+ is not possible"):
            move(before, Kind(kind), facts(kind))


@pytest.mark.parametrize(("kind", "changes", "reason"), GUARDS)
def test_a_guard_refuses_with_its_reason(kind, changes, reason):
    source = next(iter(TABLE[kind][0]))

    with pytest.raises(NotPossible, match=reason):
        move(State(source) if source else None, Kind(kind), facts(kind, **changes))


def test_events_count_when_they_happened_not_when_they_were_written_down():
    story = [
        happening(Kind.SIGN_YES, SIGNED, 1),
        happening(Kind.SUSPEND, LATER, 2),
        Happening(Kind.WITHDRAW, datetime(2026, 3, 1, tzinfo=UTC), LATER, 3),
    ]

    def state_at(until: datetime, known_at: datetime) -> str:
        return replay(story, until=until, known_at=known_at, valid_until=None).state

    april = datetime(2026, 4, 1, tzinfo=UTC)
    assert state_at(april, LATER) == "withdrawn"
    assert state_at(april, april) == "granted"
    assert state_at(LATER, LATER) == "withdrawn"


def test_a_form_made_in_error_never_was():
    story = [happening(Kind.SIGN_YES, SIGNED, 1), happening(Kind.FOUND_WRONG, LATER, 2)]

    standing = replay(story, until=SIGNED, known_at=LATER, valid_until=None)

    assert standing.state == "void"


def test_the_last_day_still_counts_and_the_next_does_not():
    story = [happening(Kind.SIGN_YES, SIGNED, 1)]
    last = date(2026, 7, 1)

    def state_at(until: datetime) -> str:
        return replay(story, until=until, known_at=until, valid_until=last).state

    # 1 July ends at 23:00 by the clock of Greenwich.
    assert state_at(datetime(2026, 7, 1, 22, 59, tzinfo=UTC)) == "granted"
    assert state_at(datetime(2026, 7, 1, 23, 0, tzinfo=UTC)) == "expired"
