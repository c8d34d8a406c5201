"""E-mail that goes out as it should: what the mail server and the recipient's program see."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import text

from lettergen import models, post
from tests.post.mail_server import PASSWORD, SENDER, Mailbox, allow, smtp_at, station

ROWAN = "rowan.testerby@example.com"


def test_an_email_goes_to_its_recipient_and_is_noted_as_sent(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    report = posted.deliver(smtp)

    assert [(sender, to) for sender, to, _ in mailbox.taken] == [(SENDER, [ROWAN])]
    assert report.count(models.SENT) == 1
    assert posted.state(message_id) == models.SENT
    assert posted.facts() == ["email-sent"]


def test_what_is_written_in_a_transaction_that_is_undone_is_never_sent(posted, server) -> None:
    mailbox, smtp = server

    with posted.sessions() as session:
        post.write(
            session,
            posted.people.clinician,
            "letter",
            to=ROWAN,
            heading="A letter",
            body="Text",
            at=posted.now,
        )
        session.rollback()
    posted.deliver(smtp)

    assert mailbox.taken == []


def test_the_email_says_who_sends_it_and_who_reads_the_answer(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    posted.deliver(smtp)

    email = mailbox.emails[0]
    assert email["From"] == f"Example Surgery <{SENDER}>"
    assert email["To"] == ROWAN
    assert email["Reply-To"] == "surgery@example.com"
    assert email["Subject"] == "A letter from Example Surgery"
    assert email["Message-ID"] == f"<{message_id}@practice.example.com>"
    assert parsedate_to_datetime(email["Date"]) == posted.now
    assert email["Auto-Submitted"] == "auto-generated"
    assert email.get_content_type() == "text/plain"
    assert mailbox.greetings == ["practice.example.com"]


def test_the_email_holds_nothing_besides_its_text_and_the_usual_headers(posted, server) -> None:
    mailbox, smtp = server
    posted.write()

    posted.deliver(smtp)

    assert {name.lower() for name in mailbox.emails[0]} == {
        *("from", "to", "reply-to", "subject", "date", "message-id", "auto-submitted"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("Plain words.\n", "7bit"),
        ("Dear Zoë, it’s here – read it.\n", "quoted-printable"),
        ("خط آپ کے لیے ہے۔ " * 20 + "\n", "base64"),
        ("A line of great length " * 60 + "\n", "quoted-printable"),
        (".\n..\n.A line that begins with a dot\n", "7bit"),
        ("One\n\nTwo\n\n", "7bit"),
    ],
)
def test_any_text_arrives_as_it_was_written_through_servers_that_know_only_ascii(
    posted, server, body: str, encoding: str
) -> None:
    mailbox, smtp = server
    posted.write(body=body)

    posted.deliver(smtp)

    email = mailbox.emails[0]
    assert email["Content-Transfer-Encoding"] == encoding
    assert mailbox.taken[0][2].isascii()
    assert all(len(line) <= 998 for line in mailbox.taken[0][2].splitlines())
    assert email.get_content().replace("\r\n", "\n").rstrip("\n") == body.rstrip("\n")


def test_a_heading_with_line_breaks_cannot_add_a_header(posted, server) -> None:
    mailbox, smtp = server
    posted.write(heading="A letter\r\nBcc: somebody@example.com")

    posted.deliver(smtp)

    assert mailbox.emails[0]["Subject"] == "A letter Bcc: somebody@example.com"
    assert mailbox.emails[0]["Bcc"] is None
    assert mailbox.taken[0][1] == [ROWAN]


@pytest.mark.parametrize(
    "address",
    [
        *("", "rowan", "rowan@", "@example.com", "rowan@localhost", "rowan@example..com"),
        *("rowan@example.com, other@example.com", "rowan@example.com\r\nBcc: x@example.com"),
        *("Rowan <rowan@example.com>", "rowan@exa mple.com", "röwan@example.com"),
        *("rowan..t@example.com", "a" * 65 + "@example.com", "a@" + "b." * 130 + "com"),
    ],
)
def test_what_is_no_single_address_is_refused_before_it_is_in_the_outbox(
    posted, address: str
) -> None:
    with pytest.raises(post.WrongAddress, match="Enter one email address"):
        posted.write(to=address)


def test_spaces_around_an_address_do_no_harm(posted, server) -> None:
    mailbox, smtp = server
    posted.write(to=f"  {ROWAN}\n")

    posted.deliver(smtp)

    assert mailbox.taken[0][1] == [ROWAN]


def test_a_practice_without_a_sound_address_gets_no_reply_header(posted, server) -> None:
    mailbox, smtp = server
    posted.write()
    with posted.sessions.begin() as session:
        session.execute(text("UPDATE practices SET email = 'ask at the desk'"))

    posted.deliver(smtp)

    assert mailbox.emails[0]["Reply-To"] is None


def test_nothing_that_identifies_a_person_stays_in_the_row_once_it_is_sent(posted, server) -> None:
    _, smtp = server
    message_id = posted.write()

    posted.deliver(smtp)

    row = posted.row(message_id)
    assert (row.recipient, row.heading, row.body) == (None, None, None)
    assert row.masked == "r•••@example.com"
    with posted.sessions() as session:
        stored = session.execute(text("SELECT * FROM messages")).one()
    assert not any(b"example" in bytes(str(one), "utf-8") for one in stored)


def test_what_waits_is_sealed_in_the_database(posted) -> None:
    posted.write()

    with posted.sessions() as session:
        stored = session.execute(text("SELECT * FROM messages")).one()

    seen = b" ".join(bytes(one) if isinstance(one, bytes) else str(one).encode() for one in stored)
    assert not any(word in seen for word in (b"rowan", b"K7QM", b"Example Surgery", b"Rowan"))


def test_each_email_of_a_round_goes_out_once_and_the_oldest_first(posted, server) -> None:
    mailbox, smtp = server
    for minutes in (3, 1, 2):
        posted.write(to=f"p{minutes}@example.com", at=posted.now - timedelta(minutes=minutes))

    posted.deliver(smtp)
    posted.deliver(smtp)

    assert [to for _, to, _ in mailbox.taken] == [
        ["p3@example.com"],
        ["p2@example.com"],
        ["p1@example.com"],
    ]


def test_starttls_is_agreed_on_before_the_password_is_said(posted, trusted) -> None:
    mailbox = Mailbox()
    with station(
        mailbox, tls_context=trusted, require_starttls=True, authenticator=allow, auth_required=True
    ) as port:
        posted.write()

        posted.deliver(smtp_at(port, tls="starttls", user="practice", password=PASSWORD))

    assert len(mailbox.taken) == 1


def test_implicit_tls_and_a_password(posted, trusted) -> None:
    mailbox, let_in = Mailbox(), []

    def watch(*asked):
        let_in.append(asked[-1].login)
        return allow(*asked)

    with station(mailbox, ssl_context=trusted, authenticator=watch, auth_require_tls=False) as port:
        posted.write()

        posted.deliver(smtp_at(port, tls="implicit", user="practice", password=PASSWORD))

    assert let_in == [b"practice"]
    assert len(mailbox.taken) == 1


def test_a_check_connects_and_signs_in_and_sends_nothing(trusted) -> None:
    mailbox = Mailbox()
    with station(mailbox, tls_context=trusted, authenticator=allow, auth_required=True) as port:
        seen = post.check(smtp_at(port, tls="starttls", user="practice", password=PASSWORD))

    assert seen == (
        f"localhost, port {port}, answers.",
        "The connection is sealed (TLSv1.3), and the certificate is the server's.",
        "The server let practice in.",
    )
    assert mailbox.taken == []


def test_the_password_of_the_server_is_in_no_text_about_it() -> None:
    smtp = smtp_at(25, password=PASSWORD)

    assert PASSWORD not in repr(smtp)
