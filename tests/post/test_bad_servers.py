"""Mail servers that refuse, stall, hang up or cannot be trusted: each e-mail has one true state."""

import ssl
import time
from datetime import timedelta

import pytest

from lettergen import models, post
from lettergen.post import ServerTrouble, Smtp
from tests.post.mail_server import (
    PASSWORD,
    Mailbox,
    allow,
    dribble,
    free_port,
    hang_up,
    server_side,
    smtp_at,
    station,
)

TWO_DAYS = timedelta(hours=48)


def test_a_server_that_is_not_there_is_tried_again_after_a_minute(posted) -> None:
    smtp = smtp_at(free_port())
    message_id = posted.write()

    posted.deliver(smtp)

    row = posted.row(message_id)
    assert row.state == models.WAITING
    assert row.due_at == posted.now + timedelta(minutes=1)
    where = f"The mail server localhost, port {smtp.port},"
    assert row.trouble == f"{where} does not answer: nothing listens there."
    assert posted.facts() == []


def test_a_server_that_comes_back_gets_what_waited(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()
    posted.deliver(smtp_at(free_port()))

    early = posted.deliver(smtp, after=timedelta(seconds=59))
    posted.deliver(smtp, after=timedelta(seconds=1))

    assert early.outcomes == ()
    assert posted.state(message_id) == models.SENT
    assert posted.row(message_id).trouble is None
    assert len(mailbox.taken) == 1


def test_the_pauses_grow_to_four_hours_and_end_in_failure_after_two_days(posted) -> None:
    smtp, begin = smtp_at(free_port()), posted.now
    message_id = posted.write()
    pauses = []

    while posted.state(message_id) == models.WAITING:
        posted.deliver(smtp)
        pauses.append((posted.row(message_id).due_at - posted.now) // timedelta(minutes=1))
        posted.now = max(posted.now, posted.row(message_id).due_at)

    assert pauses[:6] == [1, 5, 15, 60, 240, 240]
    assert timedelta(hours=40) < posted.now - begin <= TWO_DAYS
    assert posted.state(message_id) == models.FAILED
    assert posted.row(message_id).trouble.startswith("It was tried for two days. The mail server")
    assert posted.facts() == ["email-failed"]


def test_a_server_in_trouble_is_not_asked_for_each_email_that_waits(posted) -> None:
    for _ in range(3):
        posted.write()

    report = posted.deliver(smtp_at(free_port()))

    assert len(report.outcomes) == 1


@pytest.mark.parametrize("step", ["to_sender", "to_recipients", "to_text"])
def test_a_refusal_for_now_is_tried_again(posted, server, step: str) -> None:
    mailbox, smtp = server
    setattr(mailbox, step, "451 4.3.2 come back later")
    message_id = posted.write()

    posted.deliver(smtp)
    first = posted.row(message_id)
    setattr(mailbox, step, "250 OK")
    posted.deliver(smtp, after=timedelta(minutes=1))

    assert (first.state, first.trouble) == (
        models.WAITING,
        "The server cannot take it now. It said: 451 4.3.2 come back later",
    )
    assert posted.state(message_id) == models.SENT


@pytest.mark.parametrize("step", ["to_sender", "to_recipients", "to_text"])
def test_a_refusal_for_good_fails_at_once_and_is_not_tried_again(posted, server, step: str) -> None:
    mailbox, smtp = server
    setattr(mailbox, step, "550 5.1.1 no such user here")
    message_id = posted.write()

    posted.deliver(smtp)
    setattr(mailbox, step, "250 OK")
    posted.deliver(smtp, after=TWO_DAYS)

    assert posted.state(message_id) == models.FAILED
    assert posted.row(message_id).trouble == (
        "There is no such mailbox. It said: 550 5.1.1 no such user here"
    )
    assert mailbox.taken == []
    assert posted.facts() == ["email-failed"]


def test_one_bad_recipient_does_not_keep_the_others_waiting(posted, server) -> None:
    mailbox, smtp = server
    mailbox.refuses.add("nobody@example.com")
    bad = posted.write(to="nobody@example.com", at=posted.now - timedelta(minutes=1))
    good = posted.write()

    posted.deliver(smtp)

    assert (posted.state(bad), posted.state(good)) == (models.FAILED, models.SENT)


def test_what_a_server_says_is_kept_without_the_name_of_the_person(posted, server) -> None:
    mailbox, smtp = server
    mailbox.to_recipients = (
        "550 5.1.1 <rowan.testerby@example.com>: user Rowan.Testerby\x07 is unknown " + "x" * 300
    )
    message_id = posted.write()

    posted.deliver(smtp)

    trouble = posted.row(message_id).trouble
    assert "testerby" not in trouble.lower()
    assert trouble.startswith(
        "There is no such mailbox. It said: 550 5.1.1 (address) user (name) is unknown"
    )
    assert len(trouble) < 300


def test_a_server_that_says_nothing_before_the_text_is_left_in_time_and_tried_again(
    posted, server
) -> None:
    mailbox, smtp = server
    mailbox.is_silent_at_start = True
    message_id, begin = posted.write(), time.monotonic()

    posted.deliver(_hurried(smtp))

    assert time.monotonic() - begin < 5
    assert posted.state(message_id) == models.WAITING
    assert "did not answer within 0.5 seconds" in posted.row(message_id).trouble


@pytest.mark.parametrize(
    ("tls", "piece"),
    [
        ("none", b"220-welcome, one moment\r\n"),
        # The head of a long record of TLS, and what never fills it.
        ("implicit", b"\x16\x03\x03\x3f\xff"),
    ],
)
def test_a_server_that_dribbles_for_ever_is_cut_off(posted, tls: str, piece: bytes) -> None:
    with dribble(piece) as port:
        message_id, begin = posted.write(), time.monotonic()

        posted.deliver(smtp_at(port, seconds=0.5, tls=tls))

    assert time.monotonic() - begin < 5
    assert posted.state(message_id) == models.WAITING
    assert "did not answer within 0.5 seconds" in posted.row(message_id).trouble


def test_an_answer_that_stays_away_after_the_text_leaves_the_email_uncertain(
    posted, server
) -> None:
    mailbox, smtp = server
    mailbox.is_silent_after_text = True
    message_id = posted.write()

    posted.deliver(_hurried(smtp))
    mailbox.is_silent_after_text = False
    posted.deliver(smtp, after=TWO_DAYS)

    assert len(mailbox.taken) == 1
    assert posted.state(message_id) == models.UNCERTAIN
    assert "may have arrived" in posted.row(message_id).trouble
    assert posted.facts() == ["email-uncertain"]


def test_a_server_that_hangs_up_after_the_text_leaves_the_email_uncertain(posted, server) -> None:
    mailbox, smtp = server
    mailbox.on_text = hang_up
    message_id = posted.write()

    posted.deliver(smtp)
    mailbox.on_text = None
    posted.deliver(smtp, after=TWO_DAYS)

    assert len(mailbox.taken) == 1
    assert posted.state(message_id) == models.UNCERTAIN


def test_a_server_that_hangs_up_in_the_middle_of_a_text_is_tried_again(posted, server) -> None:
    mailbox, smtp = server
    mailbox.breaks_off_in_text = True
    message_id = posted.write(body="So long that no connection takes it at once.\n" * 400_000)

    posted.deliver(smtp)

    row = posted.row(message_id)
    assert row.state == models.WAITING
    assert row.trouble == "The connection to the mail server broke before it had the text."


def test_a_server_that_hangs_up_in_a_short_text_is_never_said_to_have_sent_it(
    posted, server
) -> None:
    mailbox, smtp = server
    mailbox.breaks_off_in_text = True
    message_id = posted.write()

    posted.deliver(smtp)

    assert posted.state(message_id) in (models.WAITING, models.UNCERTAIN)
    assert "email-sent" not in posted.facts()


def test_a_hang_up_after_the_answer_changes_nothing(posted, server) -> None:
    mailbox, smtp = server
    mailbox.hangs_up_at_goodbye = True
    message_id = posted.write()

    posted.deliver(smtp)

    assert posted.state(message_id) == models.SENT


def test_a_refused_password_keeps_the_email_and_names_the_settings(posted, trusted) -> None:
    with station(Mailbox(), tls_context=trusted, authenticator=allow) as port:
        message_id = posted.write()

        posted.deliver(smtp_at(port, tls="starttls", user="practice", password="wrong"))

    row = posted.row(message_id)
    assert row.state == models.WAITING
    assert "refused the user name or password: check LETTERGEN_SMTP_USER" in row.trouble
    assert "wrong" not in row.trouble


def test_a_password_that_cannot_be_spelled_is_a_clear_sentence(trusted) -> None:
    smtp = {"tls": "starttls", "user": "practice", "password": "pässwörd"}
    with (
        station(Mailbox(), tls_context=trusted, authenticator=allow) as port,
        pytest.raises(ServerTrouble, match="has a letter that cannot be sent"),
    ):
        post.check(smtp_at(port, **smtp))


def test_a_server_that_wants_a_password_and_gets_none_keeps_the_email(posted, trusted) -> None:
    options = {"tls_context": trusted, "authenticator": allow, "auth_required": True}
    with station(Mailbox(), **options) as port:
        message_id = posted.write()

        posted.deliver(smtp_at(port, tls="starttls"))

    assert posted.state(message_id) == models.WAITING
    assert "530" in posted.row(message_id).trouble


def test_a_server_without_tls_gets_neither_password_nor_text(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    posted.deliver(smtp_at(smtp.port, tls="starttls", user="practice", password=PASSWORD))

    assert posted.state(message_id) == models.WAITING
    assert "offers no TLS, so nothing was sent" in posted.row(message_id).trouble
    assert mailbox.taken == []


def test_a_server_without_passwords_says_so(server) -> None:
    _, smtp = server

    with pytest.raises(ServerTrouble, match="takes no user name and password here"):
        post.check(smtp_at(smtp.port, user="practice", password=PASSWORD))


def test_the_wrong_kind_of_tls_says_so(server) -> None:
    _, smtp = server

    with pytest.raises(ServerTrouble, match="did not agree on TLS: check LETTERGEN_SMTP_TLS"):
        post.check(smtp_at(smtp.port, tls="implicit"))


def test_a_name_that_nobody_knows_says_so() -> None:
    with pytest.raises(ServerTrouble, match="was not found: check LETTERGEN_SMTP_HOST"):
        post.check(smtp_at(25, host="nowhere.invalid"))


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(posted, authority, tls: str) -> None:
    mailbox = Mailbox()
    with station(mailbox, **_with_tls(tls, server_side(authority, "localhost"))) as port:
        message_id = posted.write()

        posted.deliver(smtp_at(port, tls=tls, user="practice", password=PASSWORD))

    assert posted.state(message_id) == models.WAITING
    assert "cannot be trusted: unable to get local issuer" in posted.row(message_id).trouble
    assert mailbox.taken == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_for_another_name_is_not_trusted(
    posted, authority, trusted, tls: str
) -> None:
    other = server_side(authority, "elsewhere.example.com")
    mailbox = Mailbox()
    with station(mailbox, **_with_tls(tls, other)) as port:
        message_id = posted.write()

        posted.deliver(smtp_at(port, tls=tls))

    assert posted.state(message_id) == models.WAITING
    assert "certificate is not valid for 'localhost'" in posted.row(message_id).trouble
    assert mailbox.taken == []


def _with_tls(kind: str, context: ssl.SSLContext) -> dict[str, ssl.SSLContext]:
    return {"ssl_context" if kind == "implicit" else "tls_context": context}


def _hurried(smtp: Smtp) -> Smtp:
    return smtp_at(smtp.port, seconds=0.5)
