"""A link: one purpose, a date of birth, a state worked out from its moments, and an end."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from lettergen import links, models
from lettergen.links import LinkEnded, NoSuchLink, State, WrongBirthDate, tokens
from lettergen.models import DeliveryFact, Event, Link
from lettergen.reference import ALPHABET
from lettergen.refusals import Refused

BORN = date(1990, 2, 28)
WRONG = date(1990, 2, 27)
SUBJECT = "d" * 32


class Holder:
    """What the practice and the holder do with links, each step in a transaction of its own."""

    def __init__(self, sessions, actor, now) -> None:
        self.sessions, self.actor, self.now = sessions, actor, now

    def make(self, purpose="letter", **how):
        with self.sessions.begin() as session:
            return links.create(
                session, self.actor, purpose, SUBJECT, birth_date=BORN, at=self.now, **how
            )

    def answer(self, link, born=BORN, *, later=timedelta()):
        with self.sessions() as session, models.changing(session):
            try:
                links.answer(session, self.get(link), born, at=self.now + later)
            except (WrongBirthDate, LinkEnded) as refusal:
                return refusal
        return None

    def change(self, change, link, **how):
        with self.sessions.begin() as session:
            return change(session, self.actor, self.get(link), at=self.now, **how)

    def get(self, link):
        with self.sessions() as session:
            return links.get(session, self.actor, link.id)

    def state(self, link, *, later=timedelta()):
        return links.state_of(self.get(link), at=self.now + later)

    def facts(self):
        with self.sessions() as session:
            return [one.what for one in links.facts(session, self.actor, SUBJECT)]

    def locked(self):
        with self.sessions() as session:
            return [one.id for one in links.locked(session, self.actor)]


@pytest.fixture
def holder(sessions, people, now) -> Holder:
    return Holder(sessions, people.receptionist, now)


@given(st.integers(min_value=0, max_value=2**100 - 1))
def test_a_token_is_read_back_however_it_was_typed(number):
    token = tokens.written(number)
    spoken = token.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert tokens.read(spoken) == token
    assert tokens.read(token.replace("-", "")) == token
    assert len(token) == 24
    assert set(token) <= {*ALPHABET, "-"}


@pytest.mark.parametrize("text", ["", "K7QM", "U" * 20, "0" * 19, "0" * 21, "é" * 20, "0" * 9999])
def test_what_is_no_token_is_not_known(session, text):
    assert tokens.read(text) is None
    with pytest.raises(NoSuchLink):
        links.find(session, text)


def test_a_token_that_was_never_made_has_the_words_of_a_malformed_one(session):
    said = []
    for text in (tokens.new(), "nonsense"):
        with pytest.raises(NoSuchLink) as refusal:
            links.find(session, text)
        said.append(str(refusal.value))

    assert said[0] == said[1]


def test_tokens_are_all_different():
    assert len({tokens.new() for _ in range(1000)}) == 1000


def test_only_a_hash_of_the_token_is_stored(holder, sessions):
    made = holder.make()

    with sessions() as session:
        row = session.get(Link, made.link.id)
        stored = [str(getattr(row, one.key)) for one in inspect(Link).columns]
        found = links.find(session, made.token.lower())
    bare = made.token.replace("-", "")
    assert found.id == made.link.id
    assert not any(made.token in text or bare in text for text in stored)
    assert not any(BORN.isoformat() in text for text in stored), "the birth date is sealed"


@pytest.mark.parametrize(
    ("purpose", "days"), [("letter", 14), ("consent", 7), ("see-first", 21), ("withdraw", 3650)]
)
def test_a_link_lasts_as_long_as_its_purpose(holder, purpose, days):
    link = holder.make(purpose).link
    almost = timedelta(days=days) - timedelta(seconds=1)

    assert holder.state(link, later=almost) is State.OPEN
    assert holder.state(link, later=timedelta(days=days)) is State.EXPIRED


def test_days_may_be_set(holder):
    link = holder.make(days=90).link

    assert holder.state(link, later=timedelta(days=89)) is State.OPEN


@pytest.mark.parametrize("days", [0, -1, 91, 10**9])
def test_days_out_of_range_are_refused(holder, days):
    with pytest.raises(Refused, match="from 1 to 90 days"):
        holder.make(days=days)
    assert holder.facts() == []


def test_the_right_date_of_birth_opens_a_letter_many_times(holder, now):
    link = holder.make().link

    holder.answer(link)
    holder.answer(link, later=timedelta(days=2))

    assert holder.state(link) is State.OPEN
    assert holder.get(link).opened_at == now, "the first time"
    assert holder.facts() == ["made", "opened", "opened"]


def test_five_wrong_dates_of_birth_lock_the_link_and_the_practice_is_told(holder):
    link = holder.make().link

    refusals = [holder.answer(link, WRONG) for _ in range(5)]
    after = holder.answer(link)

    assert [one.left for one in refusals[:4]] == [4, 3, 2, 1]
    assert "1 more try." in str(refusals[3])
    assert refusals[4].state is State.LOCKED
    assert "Example Surgery" in str(refusals[4])
    assert "020 7946 0123" in str(refusals[4])
    assert isinstance(after, LinkEnded), "the right one comes too late"
    assert holder.facts() == ["made", *["wrong-birth-date"] * 5, "locked"]
    assert holder.locked() == [link.id]


def test_a_right_date_of_birth_starts_the_count_anew(holder):
    link = holder.make("withdraw").link

    for _ in range(3):
        for _ in range(4):
            holder.answer(link, WRONG)
        holder.answer(link)

    assert holder.state(link) is State.OPEN


def test_wrong_dates_of_birth_at_once_are_all_counted(holder):
    link = holder.make().link
    start = Barrier(6)

    def guess() -> None:
        start.wait()
        holder.answer(link, WRONG)

    run([Thread(target=guess) for _ in range(6)])

    assert holder.get(link).wrong_answers == 5
    assert holder.facts().count("locked") == 1


def test_a_link_that_works_once_is_used_by_one_of_two_people_at_once(holder, sessions):
    link = holder.make("consent").link
    start, outcomes = Barrier(2), []

    def press() -> None:
        start.wait()
        try:
            with sessions.begin() as session:
                links.use(session, links.get(session, holder.actor, link.id), at=holder.now)
            outcomes.append("used")
        except LinkEnded as refusal:
            outcomes.append(str(refusal))

    run([Thread(target=press) for _ in range(2)])

    # Whoever lost may well say so before the other.
    (lost,) = (one for one in outcomes if one != "used")
    assert len(outcomes) == 2
    assert "works only once" in lost
    assert holder.facts().count("used") == 1


def test_a_letters_link_is_never_used_up(holder, session):
    link = holder.make().link

    with pytest.raises(ValueError, match="not used up"):
        links.use(session, link, at=holder.now)


def test_looking_at_a_link_changes_nothing(holder, sessions):
    made = holder.make()

    with sessions.begin() as session:
        link = links.find(session, made.token)
        links.require_open(session, link, at=holder.now)
        assert not session.dirty

    assert holder.facts() == ["made"]
    assert holder.get(link).opened_at is None


def test_a_renewed_link_ends_and_says_that_there_is_a_newer_one(holder):
    old = holder.make()

    new = holder.change(links.renew, old.link, days=3)

    assert holder.state(old.link) is State.REPLACED
    assert "a newer link" in str(holder.answer(old.link))
    assert holder.answer(new.link) is None
    assert new.token != old.token
    assert new.link.replaces_id == old.link.id
    assert holder.state(new.link, later=timedelta(days=3)) is State.EXPIRED


def test_a_locked_or_expired_link_can_be_renewed(holder):
    locked = holder.make().link
    for _ in range(5):
        holder.answer(locked, WRONG)

    new = holder.change(links.renew, locked).link

    assert holder.state(new) is State.OPEN
    assert holder.locked() == [], "it has been dealt with"


@pytest.mark.parametrize("end", [State.REPLACED, State.REVOKED, State.USED])
def test_a_link_that_was_replaced_turned_off_or_used_is_not_renewed(holder, sessions, end):
    link = holder.make("consent").link
    if end is State.REPLACED:
        holder.change(links.renew, link)
    elif end is State.REVOKED:
        holder.change(links.revoke, link)
    else:
        with sessions.begin() as session:
            links.use(session, link, at=holder.now)
    before = holder.facts()

    with pytest.raises(Refused, match="link"):
        holder.change(links.renew, link)

    assert holder.facts() == before


def test_a_revoked_link_says_who_turned_it_off(holder):
    link = holder.make().link

    holder.change(links.revoke, link)
    holder.change(links.revoke, link)

    refusal = holder.answer(link)
    assert refusal.state is State.REVOKED
    assert "Example Surgery has turned this link off" in str(refusal)
    assert holder.facts() == ["made", "revoked"], "once, however often it is pressed"


def test_an_expired_link_says_when_it_ended(holder):
    link = holder.make().link

    refusal = holder.answer(link, later=timedelta(days=15))

    assert "ended on 4 December 2026" in str(refusal)
    assert holder.facts() == ["made"], "a date of birth after the end is not compared"


def test_all_open_links_of_a_subject_end_together(holder, people, sessions):
    first, second, gone = (holder.make().link for _ in range(3))
    holder.change(links.revoke, gone)

    with sessions.begin() as session:
        others = links.end_for(session, SUBJECT, actor=people.stranger, at=holder.now)
        ended = links.end_for(session, SUBJECT, actor=holder.actor, at=holder.now)

    assert (others, ended) == (0, 2), "another practice ends none"
    assert {holder.state(one) for one in (first, second)} == {State.REVOKED}


def test_one_form_makes_one_link_however_often_it_is_sent(holder):
    first = holder.make(key="a random text of the form")

    again = holder.make(key="a random text of the form")
    other = holder.make(key="another random text")

    assert (again.link.id, again.token, again.is_new) == (first.link.id, first.token, False)
    assert other.token != first.token
    assert holder.facts() == ["made", "made"]


def test_another_practice_has_no_part_in_a_link(holder, people, sessions):
    link = holder.make().link
    stranger = Holder(sessions, people.stranger, holder.now)

    with sessions() as session:
        for change in (links.revoke, links.renew):
            with pytest.raises(NoSuchLink):
                change(session, stranger.actor, link, at=holder.now)
        with pytest.raises(NoSuchLink):
            links.see_lock(session, stranger.actor, link.id, at=holder.now)
        assert links.links_of(session, stranger.actor, SUBJECT) == []
        assert links.facts(session, stranger.actor, SUBJECT) == []


def test_a_lock_that_was_seen_is_told_no_more(holder, sessions):
    link = holder.make().link
    for _ in range(5):
        holder.answer(link, WRONG)

    with sessions.begin() as session:
        links.see_lock(session, holder.actor, link.id, at=holder.now)
        links.see_lock(session, holder.actor, link.id, at=holder.now)

    assert holder.locked() == []
    assert holder.state(link) is State.LOCKED


def test_there_is_no_lock_to_see_on_an_open_link(holder, session):
    link = holder.make().link

    with pytest.raises(NoSuchLink):
        links.see_lock(session, holder.actor, link.id, at=holder.now)


def test_every_change_is_in_the_audit_with_who_did_it(holder, session):
    link = holder.make().link
    holder.answer(link, WRONG)
    holder.answer(link)
    holder.change(links.revoke, link)

    events = session.scalars(
        select(Event).where(Event.subject_id == link.id).order_by(Event.number)
    ).all()

    assert [(one.action, one.actor_name) for one in events] == [
        ("link.made", "Robin Reception"),
        ("link.wrong-birth-date", "Holder of a link"),
        ("link.opened", "Holder of a link"),
        ("link.revoked", "Robin Reception"),
    ]
    assert models.verify_chain(session, link.practice_id) is None
    assert BORN.isoformat() not in str([one.details for one in events])


def test_a_fact_without_words_is_a_fault(session, people, now):
    with pytest.raises(ValueError, match="guessed"):
        links.note(session, people.clinician.practice_id, SUBJECT, "guessed", at=now)


def test_facts_of_one_moment_stand_in_the_order_in_which_they_happen(session, people, now):
    practice = people.clinician.practice_id
    for what in ("emailed", "made", "downloaded", "opened"):
        links.note(session, practice, SUBJECT, what, at=now)
    session.flush()

    found = links.facts(session, people.clinician, SUBJECT)

    assert [one.what for one in found] == ["made", "emailed", "opened", "downloaded"]
    assert all(isinstance(one, DeliveryFact) for one in found)


def run(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
