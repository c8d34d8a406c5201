"""A practice always has one certificate that seals: its own, or one of lettergen's making."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lettergen import accounts, models, sealing
from lettergen.accounts import NotAllowed
from lettergen.models import Actor, Certificate, Event, Practice
from lettergen.sealing import CertificateUnusable, NoSuchCertificate

PASSWORD = "sesame"


def certificate_of(sessions, actor: Actor, at) -> Certificate:
    with sessions() as session, models.changing(session):
        return sealing.current(session, actor.practice_id, at=at)


def bring(sessions, actor: Actor, content: bytes, at, password=PASSWORD) -> Certificate:
    with sessions() as session, models.changing(session):
        return sealing.replace(session, actor, content, password, at=at)


def sealing_now(sessions, actor: Actor) -> Certificate | None:
    with sessions() as session:
        return sealing.known(session, actor.practice_id)


def count(sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Certificate))


def test_a_practice_without_a_certificate_gets_one_of_lettergens_making(sessions, people, now):
    made = certificate_of(sessions, people.clinician, now)

    [read] = x509.load_pem_x509_certificates(made.chain.encode())
    assert made.is_own
    assert made.name == "Example Surgery"
    assert read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Example Surgery"
    assert isinstance(read.public_key(), ec.EllipticCurvePublicKey)
    assert isinstance(read.public_key().curve, ec.SECP256R1)
    assert read.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    assert made.not_before <= now < made.not_after


def test_it_is_made_once(sessions, people, now):
    first = certificate_of(sessions, people.clinician, now)

    later = certificate_of(sessions, people.manager, now + timedelta(days=300))

    assert later.id == first.id
    assert count(sessions) == 1


def test_two_who_issue_at_once_make_one_certificate(sessions, people, now):
    barrier, made = Barrier(2), []

    def issue() -> None:
        barrier.wait()
        made.append(certificate_of(sessions, people.clinician, now).id)

    threads = [Thread(target=issue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 2
    assert len(set(made)) == 1
    assert count(sessions) == 1


def test_the_database_itself_keeps_a_practice_to_one(sessions, people, now):
    made = certificate_of(sessions, people.clinician, now)
    another = Certificate(
        **{
            name: getattr(made, name)
            for name in ("practice_id", "is_own", "name", "fingerprint", "chain", "key")
        },
        not_before=now,
        not_after=now,
        added_at=now,
    )

    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(another)


def test_the_key_lies_sealed_in_the_database(sessions, people, now, engine):
    made = certificate_of(sessions, people.clinician, now)

    with engine.connect() as connection:
        stored = connection.execute(select(Certificate.__table__.c.key_sealed)).scalar_one()
    assert made.key not in bytes(stored)
    assert sealing_now(sessions, people.clinician).key == made.key


def test_one_of_lettergens_is_followed_by_another_long_before_its_end(sessions, people, now):
    first = certificate_of(sessions, people.clinician, now)
    still, late = now + timedelta(days=9 * 365), now + timedelta(days=11 * 365)

    assert certificate_of(sessions, people.clinician, still).id == first.id
    following = certificate_of(sessions, people.clinician, late)

    assert following.id != first.id
    assert late < first.not_after
    assert following.not_after > first.not_after


def test_one_of_lettergens_follows_the_name_of_the_practice(sessions, people, now):
    first = certificate_of(sessions, people.clinician, now)
    with sessions() as session, models.changing(session):
        letterhead = accounts.Letterhead("New Name Surgery", "Y99991")
        accounts.edit_practice(session, people.manager, letterhead, at=now)

    renamed = certificate_of(sessions, people.clinician, now)

    assert (first.name, renamed.name) == ("Example Surgery", "New Name Surgery")


def test_a_letter_of_an_earlier_day_gets_a_certificate_that_was_valid_then(sessions, people, now):
    certificate_of(sessions, people.clinician, now)
    before = now - timedelta(days=200)

    made = certificate_of(sessions, people.clinician, before)

    assert made.not_before <= before


def test_a_very_long_name_of_a_practice_fits_into_a_certificate(sessions, people, now):
    name = "The Example Meadow and Riverside Family Health Centre with its Branches " * 2
    with sessions() as session, models.changing(session):
        letterhead = accounts.Letterhead(name[:120], "Y99991")
        accounts.edit_practice(session, people.manager, letterhead, at=now)

    assert certificate_of(sessions, people.clinician, now).name == name[:120].strip()


def test_a_practice_brings_its_own_and_the_one_before_loses_its_key(sessions, people, now, pkcs12):
    first = certificate_of(sessions, people.clinician, now)

    brought = bring(sessions, people.manager, pkcs12(), now)

    assert certificate_of(sessions, people.clinician, now).id == brought.id
    assert (brought.is_own, brought.name) == (False, "Example Meadow Surgery")
    assert brought.added_by == people.manager.staff_id
    with sessions() as session:
        [before] = sealing.earlier(session, people.manager)
        assert (before.id, before.key, before.ended_at) == (first.id, None, now)
        assert before.chain == first.chain


def test_what_happened_to_certificates_is_in_the_audit(sessions, people, now, pkcs12):
    first = certificate_of(sessions, people.clinician, now)
    brought = bring(sessions, people.manager, pkcs12(), now)

    with sessions() as session:
        events = session.scalars(
            select(Event).where(Event.action.startswith("certificate.")).order_by(Event.number)
        ).all()
        assert models.verify_chain(session, people.manager.practice_id) is None
    assert [(one.action, one.actor_name) for one in events] == [
        ("certificate.made", "lettergen"),
        ("certificate.brought", "Mo Manager"),
    ]
    assert events[1].details["fingerprint"] == brought.fingerprint
    assert events[1].details["replaces"] == first.fingerprint
    assert PASSWORD not in str([one.details for one in events])


def test_the_same_file_brought_twice_is_one_certificate(sessions, people, now, pkcs12):
    content = pkcs12()

    first = bring(sessions, people.manager, content, now)
    second = bring(sessions, people.manager, content, now)

    assert first.id == second.id
    assert count(sessions) == 1


def test_a_manager_goes_back_to_one_of_lettergens_once(sessions, people, now, pkcs12):
    bring(sessions, people.manager, pkcs12(), now)

    ids = []
    for _ in range(2):
        with sessions() as session, models.changing(session):
            ids.append(sealing.drop(session, people.manager, at=now).id)

    assert len(set(ids)) == 1
    assert sealing_now(sessions, people.manager).is_own


def test_a_new_key_may_be_made_at_any_time(sessions, people, now):
    first = certificate_of(sessions, people.clinician, now)

    with sessions() as session, models.changing(session):
        second = sealing.renew(session, people.manager, at=now)

    assert first.fingerprint != second.fingerprint
    assert first.key != second.key


@pytest.mark.parametrize("who", ["clinician", "receptionist"])
def test_only_a_manager_changes_the_certificate(sessions, people, now, pkcs12, who):
    actor = getattr(people, who)

    with pytest.raises(NotAllowed):
        bring(sessions, actor, pkcs12(), now)
    with sessions() as session:
        with pytest.raises(NotAllowed):
            sealing.drop(session, actor, at=now)
        with pytest.raises(NotAllowed):
            sealing.renew(session, actor, at=now)
    assert count(sessions) == 0


def test_another_practice_neither_sees_nor_changes_it(sessions, people, now, pkcs12):
    ours = bring(sessions, people.manager, pkcs12(), now)
    theirs = bring(sessions, people.stranger, pkcs12(), now)

    with sessions() as session:
        assert sealing.earlier(session, people.stranger) == []
        assert sealing.by_fingerprint(session, people.stranger, ours.fingerprint) is None
        with pytest.raises(NoSuchCertificate):
            sealing.get(session, people.stranger, ours.id)
    assert sealing_now(sessions, people.manager).id == ours.id
    assert sealing_now(sessions, people.stranger).id == theirs.id


def test_a_practices_certificate_that_has_ended_seals_nothing(sessions, people, now, pkcs12):
    bring(sessions, people.manager, pkcs12(ends=now + timedelta(days=10)), now)

    with pytest.raises(CertificateUnusable, match="ended on 30 November 2026"):
        certificate_of(sessions, people.clinician, now + timedelta(days=11))


def test_a_practices_certificate_does_not_seal_before_it_begins(sessions, people, now, pkcs12):
    bring(sessions, people.manager, pkcs12(begins=now - timedelta(hours=1)), now)

    with pytest.raises(CertificateUnusable, match="begins on 20 November 2026"):
        certificate_of(sessions, people.clinician, now - timedelta(hours=2))


@pytest.mark.parametrize(("days", "is_soon"), [(31, False), (29, True), (-1, True)])
def test_the_end_of_a_practices_certificate_is_announced_a_month_before(
    sessions, people, now, pkcs12, days, is_soon
):
    brought = bring(sessions, people.manager, pkcs12(ends=now + timedelta(days=60)), now)

    at = now + timedelta(days=60 - days)
    assert sealing.ends_soon(brought, at=at) is is_soon


def test_the_end_of_lettergens_own_is_never_announced(sessions, people, now):
    own = certificate_of(sessions, people.clinician, now)

    assert not sealing.ends_soon(own, at=own.not_after)


def test_establishing_keeps_what_is_there(sessions, people, now, pkcs12):
    brought = bring(sessions, people.manager, pkcs12(ends=now + timedelta(days=1)), now)

    with sessions() as session, models.changing(session):
        practice = session.get(Practice, people.manager.practice_id)
        kept = sealing.establish(session, practice, at=now + timedelta(days=2))

    assert kept.id == brought.id
