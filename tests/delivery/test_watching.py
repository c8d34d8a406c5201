"""The practice sees what became of its letters, and what waits to be looked at."""

from datetime import date, timedelta

import pytest

from lettergen import delivery, links
from lettergen.models import ISSUED, SUPERSEDED


def test_the_story_is_told_the_latest_first_with_who_did_it(counter, letter, session):
    handed = counter.hand(letter, email="rowan@example.com")
    counter.answer(handed.link, date(1999, 1, 1))
    counter.now += timedelta(minutes=1)
    counter.answer(handed.link)

    told = delivery.story(session, counter.actor, letter.id)

    assert [(one.fact.what, one.by) for one in told] == [
        ("opened", ""),
        ("wrong-birth-date", ""),
        ("emailed", "Robin Reception"),
        ("made", "Robin Reception"),
    ]


def test_another_practice_sees_nothing_of_it(counter, letter, stranger, session):
    handed = counter.hand(letter, email="rowan@example.com")
    for _ in range(5):
        counter.answer(handed.link, date(1999, 1, 1))

    assert delivery.story(session, stranger.actor, letter.id) == []
    assert delivery.emails_of(session, stranger.actor, letter.id) == []
    assert delivery.locked_links(session, stranger.actor) == []


def test_a_failed_e_mail_waits_to_be_looked_at(counter, stranger, letter, sessions, session):
    message = counter.hand(letter, email="rowan@example.com").message
    with sessions.begin() as other:
        other.merge(message).state = "failed"

    assert [one.id for one in delivery.unsent_letters(session, counter.actor)] == [letter.id]
    assert delivery.unsent_letters(session, stranger.actor) == []
    assert [one.id for one in delivery.emails_of(session, counter.actor, letter.id)] == [message.id]


def test_a_locked_link_about_something_else_than_a_letter_is_told_without_a_reference(
    counter, sessions, session
):
    with sessions.begin() as other:
        made = links.create(
            other, counter.actor, "consent", "c" * 32,
            birth_date=date(1990, 1, 1), at=counter.now,
        )  # fmt: skip
        made.link.locked_at = counter.now

    [locked] = delivery.locked_links(session, counter.actor)

    assert (locked.link_id, locked.reference) == (made.link.id, "")


def test_the_new_letter_offers_a_link_to_whoever_held_one_to_the_old(counter, sessions, session):
    old, new = counter.issue(), counter.issue()
    link = counter.hand(old, email="rowan@example.com").link
    with sessions.begin() as other:
        found = other.merge(new)
        found.replaces_id = old.id
    counter.end(old, SUPERSEDED)

    def offered(at):
        return delivery.open_before(session, counter.actor, session.get(type(new), new.id), at=at)

    earlier = offered(counter.now)
    assert (earlier.link.id, earlier.reference) == (link.id, old.reference)
    assert earlier.link.sent_to == "rowan@example.com"
    assert offered(counter.now + timedelta(days=14)) is None, "it would have ended by now"
    counter.hand(new)
    assert offered(counter.now) is None, "the new letter has a link of its own"
    assert new.state == ISSUED


def test_who_held_a_link_to_a_letter_that_was_replaced_twice_is_not_forgotten(
    counter, sessions, session
):
    first, second, third = (counter.issue() for _ in range(3))
    link = counter.hand(first, email="rowan@example.com").link
    with sessions.begin() as other:
        other.merge(second).replaces_id = first.id
        other.merge(third).replaces_id = second.id
    for one in (first, second):
        counter.end(one, SUPERSEDED)

    newest = session.get(type(third), third.id)
    earlier = delivery.open_before(session, counter.actor, newest, at=counter.now)

    assert (earlier.link.id, earlier.reference) == (link.id, first.reference)


@pytest.mark.parametrize("deed", ["again", "off"])
def test_an_e_mail_in_trouble_is_dealt_with_by_a_new_link_or_none(
    counter, letter, sessions, session, deed
):
    handed = counter.hand(letter, email="rowan@example.com")
    other = counter.hand(letter, email="carer@example.com")
    with sessions.begin() as writing:
        writing.merge(handed.message).state = "failed"

    if deed == "again":
        counter.hand_again(handed.link, by_email=True)
    else:
        with sessions.begin() as writing:
            link = links.get(writing, counter.actor, handed.link.id)
            delivery.turn_off(writing, counter.actor, link, at=counter.now)

    states = {one.id: one.state for one in counter.mail()}
    assert delivery.unsent_letters(session, counter.actor) == []
    assert states[handed.message.id] == "cancelled"
    assert states[other.message.id] == "waiting"
