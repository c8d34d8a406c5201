"""A letter is handed over by link, e-mail, print or download; each leaves a fact."""

from threading import Barrier, Thread

import pytest

from lettergen import delivery, documents, links, models
from lettergen.delivery import NotHandedOver
from lettergen.documents import NotFound
from lettergen.links import State, WrongDays
from lettergen.models import SUPERSEDED, VOIDED, Event
from lettergen.post import WrongAddress
from lettergen.refusals import Refused

WHO = "rowan.testerby@example.com"


def test_a_link_that_is_shown_bears_the_public_address(counter, letter, office):
    handed = counter.hand(letter)

    assert handed.address == f"{office.public_address}/l/{handed.token}"
    assert handed.message is None
    assert counter.facts(letter) == ["made", "shown"]
    assert counter.mail() == []


def test_a_link_that_is_e_mailed_waits_in_the_outbox_with_what_it_is_about(counter, letter):
    handed = counter.hand(letter, email=f"  {WHO} ", days=3)

    [message] = counter.mail()
    assert handed.message.id == message.id
    assert message.recipient == WHO
    assert (message.subject_id, message.link_id) == (letter.id, handed.link.id)
    assert handed.address in message.body
    assert "works until 23 November 2026, 10:30" in message.body
    assert counter.facts(letter) == ["made", "emailed"]


def test_the_e_mail_says_nothing_of_health_and_no_name_beyond_the_first(counter, letter):
    counter.hand(letter, email=WHO)

    [message] = counter.mail()
    said = f"{message.heading}\n{message.body}"
    assert message.heading == "A letter from Example Surgery"
    assert message.body.startswith("Hello Roberta,\n")
    for secret in ("Jane", "Testerby", "999", "1990", "Clinic", "travel", "Short note", "LG-"):
        assert secret not in said, secret


def test_the_same_form_sent_twice_sends_one_e_mail(counter, letter):
    first = counter.hand(letter, email=WHO, key="form 1")

    again = counter.hand(letter, email=WHO, key="form 1")

    assert (again.token, again.message.id, again.is_new) == (first.token, first.message.id, False)
    assert len(counter.mail()) == 1
    assert counter.facts(letter) == ["made", "emailed"]


def test_the_same_form_sent_twice_at_once_sends_one_e_mail(counter, letter):
    start, tokens = Barrier(2), []

    def press() -> None:
        start.wait()
        tokens.append(counter.hand(letter, email=WHO, key="form 1").token)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert len(counter.mail()) == 1


@pytest.mark.parametrize(
    "email", ["rowan", "a@b", "a@example.com, b@example.com", "a b@example.com"]
)
def test_a_bad_address_sends_and_makes_nothing(counter, letter, email):
    with pytest.raises(WrongAddress, match="usual form"):
        counter.hand(letter, email=email)

    assert counter.facts(letter) == []
    assert counter.mail() == []


@pytest.mark.parametrize("days", [0, 91])
def test_bad_days_make_nothing(counter, letter, days):
    with pytest.raises(WrongDays):
        counter.hand(letter, email=WHO, days=days)

    assert counter.mail() == []


def test_a_letter_without_a_date_of_birth_cannot_have_a_link(counter, letter):
    counter.change(letter, date_of_birth=None)

    with pytest.raises(NotHandedOver, match="holds no date of birth"):
        counter.hand(letter)


@pytest.mark.parametrize(("state", "said"), [(VOIDED, "is void"), (SUPERSEDED, "was replaced")])
def test_a_letter_that_has_ended_is_not_handed_over(counter, letter, state, said):
    handed = counter.hand(letter, email=WHO)
    counter.end(letter, state)

    with pytest.raises(NotHandedOver, match=said):
        counter.hand(letter)
    with pytest.raises(NotHandedOver, match=said):
        counter.hand_again(handed.link)
    with pytest.raises(NotHandedOver, match=said):
        take(counter, delivery.record_printed, letter, "letter")


def test_another_practices_letter_is_not_there(counter, letter, stranger):
    handed = counter.hand(letter)

    with pytest.raises(NotFound):
        stranger.hand(letter)
    with pytest.raises(links.NoSuchLink):
        stranger.hand_again(handed.link)
    with pytest.raises(NotFound):
        take(stranger, delivery.record_download, letter, "letter")
    with stranger.sessions() as session, pytest.raises(NotFound):
        delivery.end_links(session, stranger.actor, letter.id, at=stranger.now)
    assert counter.facts(letter) == ["made", "shown"]


def test_a_new_link_goes_to_the_address_of_the_one_before(counter, letter):
    old = counter.hand(letter, email=WHO)

    new = counter.hand_again(old.link, by_email=True, key="form 2")
    again = counter.hand_again(old.link, by_email=True, key="form 2")

    by_id = {one.id: one for one in counter.mail()}
    assert by_id[new.message.id].recipient == WHO
    assert by_id[old.message.id].state == "cancelled", "it had not gone out yet"
    assert len(by_id) == 2
    assert again.message.id == new.message.id
    assert state_of(counter, old.link) is State.REPLACED
    assert state_of(counter, new.link) is State.OPEN
    assert counter.facts(letter).count("emailed") == 2


def test_a_link_that_was_only_shown_has_no_address_to_go_to(counter, letter):
    shown = counter.hand(letter)

    with pytest.raises(NotHandedOver, match="not sent by email"):
        counter.hand_again(shown.link, by_email=True)

    assert state_of(counter, shown.link) is State.OPEN


def test_a_link_that_was_turned_off_is_not_made_anew(counter, letter, sessions):
    handed = counter.hand(letter)
    with sessions.begin() as session:
        links.revoke(session, counter.actor, handed.link, at=counter.now)

    with pytest.raises(Refused, match="was turned off"):
        counter.hand_again(handed.link)


def test_voiding_ends_links_and_e_mails_that_wait(counter, letter, people, sessions):
    handed = counter.hand(letter, email=WHO)

    with sessions.begin() as session:
        ended = delivery.end_links(session, people.clinician, letter.id, at=counter.now)
        documents.void(session, people.clinician, letter.id, "The wrong patient.", at=counter.now)

    [message] = counter.mail()
    assert ended == 1
    assert message.state == "cancelled"
    assert state_of(counter, handed.link) is State.REVOKED


@pytest.mark.parametrize("kind", ["letter", "patient", "large"])
def test_opening_to_print_and_downloading_are_facts(counter, letter, session, kind):
    take(counter, delivery.record_printed, letter, kind)
    take(counter, delivery.record_download, letter, kind)

    told = delivery.story(session, counter.actor, letter.id)
    assert {one.fact.what for one in told} == {"printed", "staff-download"}
    assert {one.by for one in told} == {"Robin Reception"}
    assert all(one.fact.details == {"kind": kind} for one in told)
    assert models.verify_chain(session, counter.actor.practice_id) is None
    actions = {one.action for one in session.query(Event).filter_by(subject_id=letter.id)}
    assert {"document.printed", "document.staff-download"} <= actions


def test_a_file_that_the_letter_has_not_is_not_taken(counter, letter):
    with pytest.raises(NotFound):
        take(counter, delivery.record_printed, letter, "diary")

    assert counter.facts(letter) == []


def take(who, record, letter, kind) -> None:
    with who.sessions.begin() as session:
        record(session, who.actor, letter.id, kind, at=who.now)


def state_of(counter, link) -> State:
    with counter.sessions() as session:
        return links.state_of(links.get(session, counter.actor, link.id), at=counter.now)
