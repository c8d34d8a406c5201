"""What people may decide about an e-mail, and what the outbox forgets by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lettergen import models, post
from lettergen.models import DeliveryFact, Document, Event, Link, Message, NotAllowed
from tests.post.mail_server import free_port, smtp_at

MONTH = timedelta(days=31)


@pytest.fixture
def failed(posted, server) -> str:
    mailbox, smtp = server
    mailbox.to_recipients = "550 5.1.1 no such user here"
    message_id = posted.write()
    posted.deliver(smtp)
    mailbox.to_recipients = ""
    return message_id


@pytest.fixture
def uncertain(posted, server) -> str:
    mailbox, smtp = server
    mailbox.on_text = lambda one: one.transport.abort()
    message_id = posted.write()
    posted.deliver(smtp)
    mailbox.on_text = None
    return message_id


def do(posted, what, message_id: str, by: str = "manager"):
    with posted.sessions.begin() as session:
        return what(session, getattr(posted.people, by), message_id, at=posted.now)


def make_document(posted, state: str) -> None:
    """Store the letter that the links of these tests lead to, in a state."""
    with posted.sessions.begin() as session:
        session.add(
            Document(
                id=posted.SUBJECT,
                practice_id=posted.people.clinician.practice_id,
                reference="LG-7K3M-9QXP",
                seal="0" * 64,
                slug="note",
                title="Note",
                family="letters",
                version="1",
                engine={},
                signer_name="Dr Casey Clinician",
                dated=posted.now.date(),
                issued_at=posted.now,
                pages=1,
                warnings=[],
                state=state,
            )
        )


def make_link(posted, **ends) -> str:
    with posted.sessions.begin() as session:
        link = Link(
            practice_id=posted.people.clinician.practice_id,
            purpose="letter",
            subject_id=posted.SUBJECT,
            token_hash="0" * 64,
            birth_date=date(1990, 2, 28).isoformat(),
            made_at=posted.now,
            expires_at=posted.now + timedelta(days=14),
            wrong_answers=0,
            **ends,
        )
        session.add(link)
        return link.id


def test_a_failed_email_is_sent_again_when_a_manager_says_so(posted, server, failed) -> None:
    mailbox, smtp = server

    do(posted, post.send_again, failed)
    posted.deliver(smtp, after=timedelta(minutes=1))

    assert posted.state(failed) == models.SENT
    assert posted.facts() == ["email-failed", "email-sent"]
    assert len(mailbox.taken) == 1


def test_an_uncertain_email_sent_again_can_be_recognised_as_the_same(
    posted, server, uncertain
) -> None:
    mailbox, smtp = server

    do(posted, post.send_again, uncertain)
    posted.deliver(smtp, after=timedelta(hours=1))

    first, second = mailbox.emails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] != second["Date"]


def test_a_manager_may_say_that_an_uncertain_email_arrived(posted, server, uncertain) -> None:
    mailbox, smtp = server

    do(posted, post.mark_arrived, uncertain)
    posted.deliver(smtp, after=MONTH)

    row = posted.row(uncertain)
    assert (row.state, row.recipient, row.body) == (models.SENT, None, None)
    assert len(mailbox.taken) == 1
    with posted.sessions() as session:
        said = select(DeliveryFact).where(DeliveryFact.what == "email-sent")
        assert session.scalars(said).one().staff_id == posted.people.manager.staff_id


def test_nobody_can_say_that_a_refused_email_arrived(posted, failed) -> None:
    with pytest.raises(post.NotSendable, match="it cannot have arrived"):
        do(posted, post.mark_arrived, failed)


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_what_is_given_up_is_forgotten_and_never_sent(posted, server, request, state: str) -> None:
    mailbox, smtp = server
    message_id = request.getfixturevalue(state)
    before = len(mailbox.taken)

    do(posted, post.cancel, message_id)
    posted.deliver(smtp, after=MONTH)

    row = posted.row(message_id)
    assert (row.state, row.recipient, row.body) == (models.CANCELLED, None, None)
    assert len(mailbox.taken) == before
    with pytest.raises(post.NotSendable, match="decided about it already"):
        do(posted, post.send_again, message_id)


def test_what_waits_can_be_given_up(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    do(posted, post.cancel, message_id)
    do(posted, post.cancel, message_id)
    posted.deliver(smtp)

    assert mailbox.taken == []


def test_what_is_sent_cannot_be_given_up_or_sent_again(posted, server) -> None:
    _, smtp = server
    message_id = posted.write()
    posted.deliver(smtp)

    for deed in (post.cancel, post.send_again, post.mark_arrived):
        with pytest.raises(post.NotSendable):
            do(posted, deed, message_id)


@pytest.mark.parametrize("deed", [post.cancel, post.send_again, post.mark_arrived])
def test_what_is_being_sent_is_left_alone(posted, deed) -> None:
    message_id = posted.write()
    with posted.sessions.begin() as session:
        session.get_one(Message, message_id).state = models.SENDING

    with pytest.raises(post.NotSendable, match="being sent at this moment"):
        do(posted, deed, message_id)


@pytest.mark.parametrize("deed", [post.cancel, post.send_again, post.mark_arrived])
def test_only_a_manager_decides_and_only_in_the_own_practice(posted, uncertain, deed) -> None:
    for who in ("clinician", "receptionist"):
        with pytest.raises(NotAllowed, match="practice manager"):
            do(posted, deed, uncertain, by=who)
    with pytest.raises(post.NoSuchMessage):
        do(posted, deed, uncertain, by="stranger")

    assert posted.state(uncertain) == models.UNCERTAIN


def test_lists_show_a_practice_its_own(posted, server, failed) -> None:
    waiting = posted.write()
    with posted.sessions() as session:
        manager, stranger = posted.people.manager, posted.people.stranger

        assert [one.id for one in post.troubles(session, manager)] == [failed]
        assert {one.id for one in post.outbox(session, manager)} == {failed, waiting}
        assert post.sent_lately(session, manager) == []
        for ask in (post.troubles, post.outbox, post.sent_lately):
            assert ask(session, stranger) == []


def test_what_is_about_something_that_ended_is_not_sent(posted, server) -> None:
    mailbox, smtp = server
    ended = posted.write()
    other = posted.write(subject_id="b" * 32)

    with posted.sessions.begin() as session:
        stranger = post.cancel_for(session, posted.people.stranger, posted.SUBJECT, at=posted.now)
        own = post.cancel_for(session, posted.people.clinician, posted.SUBJECT, at=posted.now)
    posted.deliver(smtp)

    assert (stranger, own) == (0, 1)
    assert (posted.state(ended), posted.state(other)) == (models.CANCELLED, models.SENT)
    assert posted.row(ended).recipient is None
    assert len(mailbox.taken) == 1


@pytest.mark.parametrize("end", ["revoked_at", "replaced_at", "locked_at", "used_at"])
def test_a_link_that_ended_before_it_was_sent_does_not_go_out(
    posted, server, now, end: str
) -> None:
    mailbox, smtp = server
    message_id = posted.write(link_id=make_link(posted, **{end: now}))

    report = posted.deliver(smtp)

    assert mailbox.taken == []
    assert report.count(models.CANCELLED) == 1
    assert posted.row(message_id).body is None


@pytest.mark.parametrize(
    ("state", "sent"), [(models.ISSUED, 1), (models.SUPERSEDED, 0), (models.VOIDED, 0)]
)
def test_a_link_to_a_letter_that_was_replaced_meanwhile_does_not_go_out(
    posted, server, state: str, sent: int
) -> None:
    mailbox, smtp = server
    make_document(posted, state)
    posted.write(link_id=make_link(posted))

    posted.deliver(smtp)

    assert len(mailbox.taken) == sent


def test_a_link_that_ran_out_while_the_server_was_away_does_not_go_out(posted, server) -> None:
    mailbox, smtp = server
    posted.write(link_id=make_link(posted))
    posted.deliver(smtp_at(free_port()))

    posted.deliver(smtp, after=timedelta(days=14))

    assert mailbox.taken == []


def test_an_open_link_goes_out_and_its_fact_names_it(posted, server) -> None:
    _, smtp = server
    link_id = make_link(posted)
    posted.write(link_id=link_id)

    posted.deliver(smtp)

    with posted.sessions() as session:
        assert session.scalars(select(DeliveryFact)).one().link_id == link_id


def test_an_email_with_a_dead_link_is_not_sent_again(posted, server) -> None:
    mailbox, smtp = server
    mailbox.to_recipients = "550 no"
    message_id = posted.write(link_id=make_link(posted))
    posted.deliver(smtp, after=timedelta())
    posted.now += timedelta(days=15)

    with pytest.raises(post.NotSendable, match="link in it has ended"):
        do(posted, post.send_again, message_id)


def test_a_text_that_nobody_decided_about_is_forgotten_after_a_month(
    posted, server, failed
) -> None:
    _, smtp = server

    posted.deliver(smtp, after=MONTH)

    row = posted.row(failed)
    assert (row.state, row.recipient, row.body) == (models.FAILED, None, None)
    assert row.masked == "r•••@example.com"
    with pytest.raises(post.NotSendable, match="thrown away after 30 days"):
        do(posted, post.send_again, failed)


def test_an_email_about_nothing_makes_no_fact(posted, server) -> None:
    _, smtp = server
    posted.write(subject_id=None)

    posted.deliver(smtp)

    with posted.sessions() as session:
        assert session.scalars(select(DeliveryFact)).all() == []


def test_outcomes_and_decisions_stand_in_the_audit(posted, server, uncertain) -> None:
    _, smtp = server
    do(posted, post.send_again, uncertain)
    posted.deliver(smtp)

    with posted.sessions() as session:
        found = select(Event).where(Event.subject == "messages").order_by(Event.number)
        events = [(one.action, one.actor_name) for one in session.scalars(found)]
        practice_id = posted.people.manager.practice_id
        assert models.verify_chain(session, practice_id) is None

    assert events == [
        ("message.uncertain", "E-mail"),
        ("message.sent-again", "Mo Manager"),
        ("message.sent", "E-mail"),
    ]
