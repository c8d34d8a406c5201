"""What the patient at a link gets, and what a dead link or a dead letter says."""

from datetime import date, timedelta

import pytest

from lettergen import delivery, links
from lettergen.documents import NotFound
from lettergen.links import LinkEnded, LockedNow, State, WrongBirthDate
from lettergen.models import SUPERSEDED, VOIDED, Practice

WRONG = date(1990, 2, 27)


def test_the_view_holds_what_the_page_shows_and_nothing_that_was_not_handed_over(counter, letter):
    handed = counter.hand(letter)

    view = counter.view(handed)

    assert (view.practice_name, view.practice_phone) == ("Example Surgery", "020 7946 0123")
    assert (view.title, view.reference) == ("Short note", letter.reference)
    assert [one.kind for one in view.files] == ["patient", "large"]
    assert [one.name for one in view.files] == ["Usual size", "Large print"]
    assert all(one.size > 1000 and one.pages >= 1 for one in view.files)
    assert view.first == "patient"
    assert "A copy for Roberta Jane Testerby" in view.page


def test_looking_notes_nothing(counter, letter):
    handed = counter.hand(letter)

    counter.view(handed)

    assert counter.facts(letter) == ["made", "shown"]


def test_a_file_is_the_one_that_was_issued_under_a_neutral_name(counter, letter):
    handed = counter.hand(letter)

    with counter.sessions.begin() as session:
        link = links.find(session, handed.token)
        pdf, name = delivery.patient_file(session, link, "large", at=counter.now)

    issued = next(one for one in letter.files if one.kind == "large")
    assert pdf == issued.pdf
    assert "Testerby".casefold() not in name.casefold()
    assert name.endswith(".pdf")
    assert counter.facts(letter) == ["made", "shown", "downloaded"]


@pytest.mark.parametrize("kind", ["letter", "diary", ""])
def test_a_file_that_is_not_the_patients_is_not_there(counter, letter, kind):
    handed = counter.hand(letter)

    with counter.sessions() as session:
        link = links.find(session, handed.token)
        with pytest.raises(NotFound):
            delivery.patient_file(session, link, kind, at=counter.now)


@pytest.mark.parametrize(
    ("state", "ends", "said"),
    [
        (VOIDED, State.REVOKED, "has withdrawn this letter. Please do not use it."),
        (SUPERSEDED, State.REPLACED, "a newer version of this letter. Please do not use the old"),
    ],
)
def test_a_letter_that_ended_kills_its_link_in_plain_words(counter, letter, state, ends, said):
    handed = counter.hand(letter)
    counter.end(letter, state)

    with pytest.raises(LinkEnded, match=said) as refusal:
        counter.view(handed)
    told = counter.answer(handed.link)

    assert refusal.value.state is ends
    assert said in str(told), "not even the right date of birth opens it"
    assert "020 7946 0123" in str(told)
    assert counter.facts(letter) == ["made", "shown"]


def test_an_expired_link_shows_nothing(counter, letter):
    handed = counter.hand(letter)

    with pytest.raises(LinkEnded, match="ended on 4 December 2026"):
        counter.view(handed, later=timedelta(days=14))


def test_the_practice_is_told_once_by_e_mail_of_a_locked_link(counter, letter):
    handed = counter.hand(letter)

    refusals = [counter.answer(handed.link, WRONG) for _ in range(6)]

    [message] = counter.mail()
    assert [type(one) for one in refusals] == [*[WrongBirthDate] * 4, LockedNow, LinkEnded]
    assert message.recipient == "surgery@example.com"
    assert letter.reference in message.heading
    assert f"https://letters.example.com/documents/{letter.id}" in message.body
    for secret in ("Roberta", "Testerby", "1990", "Short note", handed.token):
        assert secret not in message.heading + message.body, secret


def test_without_e_mail_the_lock_is_told_on_the_home_page_alone(counter, letter, session):
    handed = counter.hand(letter)

    for _ in range(5):
        counter.answer(handed.link, WRONG, may_write=False)

    [locked] = delivery.locked_links(session, counter.actor)
    assert counter.mail() == []
    assert (locked.document_id, locked.reference) == (letter.id, letter.reference)


def test_a_practice_without_an_address_is_not_written_to(counter, letter, sessions):
    with sessions.begin() as session:
        session.get(Practice, counter.actor.practice_id).email = ""
    handed = counter.hand(letter)

    for _ in range(5):
        counter.answer(handed.link, WRONG)

    assert counter.mail() == []


def test_a_link_locks_also_where_the_practices_address_cannot_be_written_to(
    counter, letter, sessions
):
    with sessions.begin() as session:
        session.get(Practice, counter.actor.practice_id).email = "praxis@müller.example"
    handed = counter.hand(letter)

    refusals = [counter.answer(handed.link, WRONG) for _ in range(6)]

    assert [type(one) for one in refusals] == [*[WrongBirthDate] * 4, LockedNow, LinkEnded]
    assert counter.mail() == []


def test_a_right_date_of_birth_opens_and_tells_nobody(counter, letter):
    handed = counter.hand(letter)

    assert counter.answer(handed.link) is None

    assert counter.mail() == []
    assert counter.facts(letter) == ["made", "shown", "opened"]
