"""The board and the address book: what is shown to whom, in how many queries."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from lettergen.models import NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.life import allocating, deciding, directory, moves
from lettergen.requests.life.board import Filter, board
from lettergen.requests.life.refusals import NoSuchRequester

TODAY = date(2026, 11, 20)
FREE = {"type": "fit_note_gt7"}
GYM = {"type": "gym_fitness", "requester": "leisure_travel"}
HELD = {"type": "employer_report_amra", "requester": "employer", "consent": "missing"}


def columns(found):
    return {name: [card.reference for card in cards] for name, cards in found.columns.items()}


def test_each_request_stands_in_its_column_the_urgent_and_first_due_first(
    session, people, decide, receive, now
):
    new, held, given = receive(), decide(HELD), decide(FREE)
    late = decide(FREE, received_at=now - timedelta(days=30))
    urgent = decide({"type": "gym_fitness", "flag": "risk_now"}, by=people.clinician)
    allocating.assign(
        session, people.receptionist, given.id, people.clinician.staff_id, because="x", at=now
    )

    found = board(session, people.manager, Filter(), TODAY)

    assert columns(found) == {
        "new": [urgent.reference, late.reference, new.reference],
        "waiting": [held.reference],
        "clinician": [given.reference],
        "ready": [],
        "done": [],
    }
    assert found.late == 1
    card = found.columns["clinician"][0]
    assert (card.initials, card.staff_name, card.minutes) == ("R.T.", "Dr Casey Clinician", 4)
    assert found.columns["waiting"][0].held_for == "consent"


def test_the_board_is_narrowed_and_shows_restricted_work_to_few(session, people, decide, now):
    mine, gym = decide(FREE), decide(GYM, requester_class="leisure_travel")
    hidden = decide({"type": "child_protection", "flag": "safeguarding", "requester": "state"})
    hidden.decided_by = None
    allocating.assign(
        session, people.receptionist, mine.id, people.clinician.staff_id, because="x", at=now
    )

    def shown(actor, **wanted):
        cards = board(session, actor, Filter(**wanted), TODAY).columns.values()
        return {card.reference for column in cards for card in column}

    assert shown(people.receptionist) == {mine.reference, gym.reference}
    assert shown(people.clinician, is_mine=True) == {mine.reference}
    assert shown(people.clinician, is_restricted=True) == {hidden.reference}
    assert shown(people.receptionist, is_restricted=True) == set()
    assert shown(people.manager, requester_class="leisure_travel") == {gym.reference}
    assert shown(people.manager, group=mine.type_group) == {mine.reference}
    assert shown(people.manager, is_nobodys=True) == {gym.reference, hidden.reference}
    assert shown(people.manager, is_late=True) == set()
    assert shown(people.stranger) == set()


def test_what_was_done_goes_from_the_board_after_two_weeks(session, people, decide, now):
    request = decide(GYM)
    moves.move(session, people.receptionist, request, "closed", at=now)

    assert columns(board(session, people.manager, Filter(), TODAY))["done"] == [request.reference]
    later = board(session, people.manager, Filter(), TODAY + timedelta(days=16))
    assert columns(later)["done"] == []


def test_the_number_of_queries_does_not_grow_with_the_board(session, people, decide):
    def queries() -> int:
        session.expire_all()
        counted = []

        def count(*_: object) -> None:
            counted.append(1)

        event.listen(session.get_bind(), "before_cursor_execute", count)
        board(session, people.manager, Filter(), TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", count)
        return len(counted)

    decide(FREE, organisation="One Ltd")
    few = queries()
    for n in range(6):
        decide(GYM, organisation=f"Number {n} Gym")

    assert queries() == few <= 10


def test_one_organisation_is_one_entry_under_all_its_spellings(session, people, receive):
    one = receive(organisation="University of Exampleton")
    two = receive(organisation="exampleton university")

    assert one.requester is two.requester
    found = directory.find(session, people.receptionist, "Exampelton Univercity")
    assert found == [one.requester]
    assert directory.find(session, people.stranger, "Exampleton University") == []
    with pytest.raises(NoSuchRequester):
        directory.get(session, people.stranger, one.requester_id)


def test_entries_are_merged_and_the_merging_is_undone(session, people, receive, now):
    uni = receive(organisation="Exampleton University").requester
    registry = receive(organisation="EU Registry").requester

    directory.merge(session, people.manager, registry.id, uni.id, at=now)

    assert directory.find(session, people.manager, "EU registry") == [uni]
    assert receive(organisation="EU Registry Ltd").requester is uni
    assert directory.merged_into(session, people.manager, uni.id) == [registry]
    assert directory.history(session, people.manager, uni.id).asked == 3
    assert directory.canonical(session, people.manager) == {registry.id: uni}
    with pytest.raises(Refused, match="merged already"):
        directory.merge(session, people.manager, registry.id, uni.id, at=now)
    with pytest.raises(Refused, match="same entry"):
        directory.merge(session, people.manager, uni.id, uni.id, at=now)

    directory.unmerge(session, people.manager, registry.id, at=now)
    assert receive(organisation="EU Registry").requester is registry


def test_only_a_manager_merges_or_parts_where_one_has_an_account(session, people, receive, now):
    uni = receive(organisation="Exampleton University").requester
    registry = receive(organisation="EU Registry").requester
    uni.is_on_account = True

    with pytest.raises(NotAllowed, match="on account"):
        directory.merge(session, people.receptionist, registry.id, uni.id, at=now)
    directory.merge(session, people.manager, registry.id, uni.id, at=now)
    with pytest.raises(NotAllowed, match="on account"):
        directory.unmerge(session, people.receptionist, registry.id, at=now)


def test_what_an_organisation_asked_refused_and_ignored_is_remembered(
    session, people, decide, terms, now
):
    first = decide(GYM, organisation="Iron Gym", requester_class="leisure_travel")
    moves.move(session, people.receptionist, first, "closed", at=now)
    back = {**GYM, "alt": "tried_failed", "payer": "org_refuses"}
    deciding.decide(
        session,
        people.receptionist,
        terms,
        decide(GYM, organisation="The Iron Gym").id,
        back,
        seconds=3,
        revision=None,
        at=now,
    )

    found = directory.history(session, people.manager, first.requester_id)

    assert (found.asked, found.ignored, found.refused, found.turned_away) == (2, 1, 1, 2)
    assert dict(found.counts)["Came back all the same"] == "1"


def test_an_entry_is_edited_and_an_account_is_the_managers(session, people, receive, now):
    row = receive(organisation="Iron Gym").requester
    other = receive(organisation="Other Gym").requester
    edit = {"kind": "leisure_travel", "is_on_account": False, "at": now}

    directory.edit(session, people.receptionist, row.id, name="Iron Fitness", **edit)
    assert [one.name for one in directory.get(session, people.manager, row.id).names] == [
        "Iron Gym",
        "Iron Fitness",
    ]
    with pytest.raises(NotAllowed, match="manager"):
        directory.edit(
            session,
            people.receptionist,
            row.id,
            name="Iron Fitness",
            **{**edit, "is_on_account": True},
        )
    with pytest.raises(Refused, match="Merge"):
        directory.edit(session, people.manager, row.id, name=other.name, **edit)
