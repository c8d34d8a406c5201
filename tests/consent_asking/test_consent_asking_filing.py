"""After the signature: written down, checked twice, declared, filed; refused and objected to."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from lettergen import links
from lettergen.consents import asking
from lettergen.consents.asking import Declaration, Keyed, Signature, files
from lettergen.consents.papers import images
from lettergen.consents.papers.sheets import page_code
from lettergen.consents.register import asked as register
from lettergen.consents.register import records
from lettergen.models import ConsentGrant, NotAllowed
from lettergen.refusals import Refused
from tests.consent_asking.cases import ADULT, BEST_INTERESTS, CHILD, TOLD

TESSA = "Tessa Oldersby"
NOTE = "We spoke about why a photo helps, and who will see it."
SAID = {"information_given.patient_explained_back": True, "information_given.copy_given": "paper"}
TOLD_BY_STAFF = {f"information_given.{name}": True for name in TOLD}
CHOICES = {"record": "yes", "share_care": "yes", "teach_closed": "no"}
HEARD = {
    "said_by": TESSA,
    "heard_by": "Dr Casey Clinician",
    "script_version": "1",
    "channel": "telephone",
    "number_used": "020 7946 0123",
}


@pytest.fixture
def declare(session, consent_office, rules, people, now):
    """Declare as the clinician, five minutes from now."""

    def declared(one: Any, **how: Any) -> Any:
        actor = how.pop("actor", people.clinician)
        at = how.pop("at", now + timedelta(minutes=5))
        said = {**SAID, **how.pop("more", {})}
        words = Declaration(how.pop("note", NOTE), how.pop("is_voluntary", True), said)
        return asking.declare(
            session, consent_office, rules, actor, one.id, declaration=words, at=at, **how
        )

    return declared


@pytest.fixture
def scanned(session, rules, people, hand, now):
    """A consent on paper whose scan is there."""
    one = hand(way="paper")
    pages = images.Scan((b"first page", b"second page"), "b" * 64)
    return asking.keep_scan(
        session, rules, people.receptionist, one.id, pages, at=now + timedelta(minutes=20)
    )


@pytest.fixture
def keyed(now):
    """What stands on the paper, but for its code."""

    def made(one: Any, **changes: Any) -> Keyed:
        return replace(
            Keyed(
                choices=CHOICES,
                signers=[("patient", TESSA)],
                signed_at=now + timedelta(minutes=10),
                page_code=page_code(one.reference, one.version),
                more={"photo.limits": "Not my face"},
            ),
            **changes,
        )

    return made


def photo(**more: Any) -> dict[str, Any]:
    """A photo that was taken after the signature."""
    return {
        "image_id": "IMG-1",
        "role": "close_up",
        "taken_at": "2026-11-20T10:34:00+00:00",
        "stored_in": "gp_record",
        **more,
    }


def test_a_declared_consent_is_a_sealed_document_and_live_in_the_register(
    session, people, rules, hand, choose, sign, declare, now
):
    one = sign(choose(hand(), purposes__teach_closed__decision="no"), TESSA)

    document = declare(one, more={"images": [photo()]})

    assert (one.stage, one.ended, one.answers) == ("closed", "filed", {})
    assert document.reference == one.reference
    assert {file.kind for file in document.files} == {"letter", "patient", "large"}
    record = records.get(session, people.clinician, one.record_id)
    sealed = next(file for file in document.files if file.kind == "letter")
    assert record.pdf_sha256 == sealed.sha256
    assert record.content_sha256 == one.shown["sha256"]
    asked = [
        register.ask(
            session,
            people.receptionist,
            image_id="IMG-1",
            purpose=purpose,
            on=now.date(),
            at=now + timedelta(minutes=6),
        ).word
        for purpose in ("share_care", "teach_closed")
    ]
    assert asked == ["YES", "NO"]


def test_the_patients_copy_bears_a_link_that_stops_a_use(
    session, people, hand, choose, sign, declare, consent_office
):
    one = sign(choose(hand()), TESSA)

    document = declare(one)

    [link] = links.links_of(session, people.clinician, one.record_id)
    assert link.purpose == "withdraw"
    assert "https://letters.example.com/l" in document.content.page


def test_reception_cannot_declare(people, hand, choose, sign, declare):
    one = sign(choose(hand()), TESSA)

    with pytest.raises(NotAllowed):
        declare(one, actor=people.receptionist)

    assert one.stage == "answered"


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"note": "Short"}, "clinician.discussion_note"),
        ({"is_voluntary": False}, "clinician.declaration_voluntary"),
        ({"more": {"images": [photo(taken_at="2026-11-20T09:00:00+00:00")]}}, "images.0.taken_at"),
        ({"more": {"images": [photo(), photo()]}}, "images.1.image_id"),
        ({"more": {"information_given.copy_given": ""}}, "information_given.copy_given"),
    ],
)
def test_an_incomplete_declaration_files_nothing_and_loses_nothing(
    session, hand, choose, sign, declare, how: dict[str, Any], field: str
):
    one = sign(choose(hand()), TESSA)

    with pytest.raises(asking.NotReady) as refused:
        declare(one, **how)

    assert list(refused.value.errors) == [field]
    assert one.stage == "answered"
    assert session.query(ConsentGrant).count() == 0


def test_the_declaration_cannot_change_what_was_signed(hand, choose, sign, declare):
    one = sign(choose(hand()), TESSA)

    with pytest.raises(Refused, match="not filled in after the signature"):
        declare(one, more={"purposes.teach_closed.decision": "yes"})


def test_a_consent_that_another_page_changed_is_looked_at_again(
    session, rules, people, hand, choose, sign, declare, now
):
    one = sign(choose(hand()), TESSA)
    revision = one.revision
    asking.save_end(
        session,
        rules,
        people.clinician,
        one.id,
        {"images": [photo()]},
        revision=revision,
        at=now,
    )

    with pytest.raises(asking.ChangedMeanwhile):
        declare(one, revision=revision)


def test_declaring_twice_files_once(hand, choose, sign, declare):
    one = sign(choose(hand()), TESSA)
    declare(one)

    with pytest.raises(asking.WrongStage, match="is closed"):
        declare(one)


def test_a_preview_is_kept_only_where_the_practice_keeps_such(
    session, rules, people, hand, choose, sign, now
):
    one = sign(choose(hand()), TESSA)

    asking.save_end(
        session,
        rules,
        people.clinician,
        one.id,
        {"images": [photo()]},
        revision=one.revision,
        at=now,
        previews={"IMG-1": b"small"},
    )

    assert files.previews(session, one) == {}


def test_a_kept_preview_goes_to_the_register(
    session, rules, people, consent_office, hand, choose, sign, now
):
    keeping = replace(rules, settings=replace(rules.settings, keeps_preview=True))
    one = sign(choose(hand()), TESSA)
    asking.save_end(
        session,
        keeping,
        people.clinician,
        one.id,
        {"images": [photo()], **SAID},
        revision=one.revision,
        at=now,
        previews={"IMG-1": b"small"},
    )

    asking.declare(
        session,
        consent_office,
        keeping,
        people.clinician,
        one.id,
        declaration=Declaration(NOTE, is_voluntary=True),
        at=now + timedelta(minutes=5),
    )

    record = records.get(session, people.clinician, one.record_id)
    assert [image.preview for image in record.grants[0].images] == [b"small"]
    assert files.previews(session, one) == {}


def test_a_no_to_the_photo_is_filed_as_refused(session, rules, hand, declare, people, now):
    one = hand()
    asking.answer(session, rules, one, {"purposes.record.decision": "no"}, at=now)
    asking.decline(session, rules, one, at=now)

    document = declare(one, more={"information_given.patient_explained_back": ""})

    assert one.ended == "no_photo"
    record = records.get(session, people.clinician, one.record_id)
    assert [(grant.purpose, grant.decision) for grant in record.grants] == [("record", "no")]
    assert links.links_of(session, people.clinician, record.id) == []
    assert document.state == "issued"


def test_a_childs_objection_is_kept_as_a_short_entry(session, rules, hand, people, now):
    one = hand(CHILD)

    record = asking.stop_for_objection(
        session, rules, people.clinician, one.id, "He hid his arm and said no.", at=now
    )

    assert (one.stage, one.ended) == ("closed", "child_objects")
    assert [(grant.purpose, grant.decision) for grant in record.grants] == [("record", "no")]
    assert record.answers["decision_maker"]["child_view"] == "objects"
    assert record.answers["clinician"]["discussion_note"] == "He hid his arm and said no."


def test_an_objection_needs_a_name_and_a_note(session, form, rules, begun, people, now):
    one = begun(CHILD, patient__nhs_number="")

    with pytest.raises(Refused, match="what happened"):
        asking.stop_for_objection(session, rules, people.clinician, one.id, "No", at=now)
    with pytest.raises(asking.NotReady) as refused:
        asking.stop_for_objection(
            session, rules, people.clinician, one.id, "He hid his arm and said no.", at=now
        )

    assert list(refused.value.errors) == ["patient.nhs_number"]


def test_a_spoken_yes_is_enough_for_care(session, rules, people, hand, declare, now):
    one = hand(way="spoken")

    asking.record_spoken(
        session,
        rules,
        people.clinician,
        one.id,
        CHOICES,
        signatures=[Signature("patient", TESSA, "", evidence={"verbal": HEARD})],
        at=now,
    )

    assert one.stage == "answered"
    declare(one, more=TOLD_BY_STAFF)
    assert one.ended == "filed"


def test_a_spoken_yes_to_teaching_needs_its_reason(session, rules, people, hand, now):
    one = hand(way="spoken")
    said = {**CHOICES, "teach_closed": "yes"}

    def record(**more: Any) -> Any:
        heard = {**HEARD, **more}
        signatures = [Signature("patient", TESSA, "", evidence={"verbal": heard})]
        return asking.record_spoken(
            session, rules, people.clinician, one.id, said, signatures=signatures, at=now
        )

    with pytest.raises(asking.NotReady) as refused:
        record()
    assert list(refused.value.errors) == ["signatures.0.method"]
    record(why_not_written="Both of her hands are bandaged.")
    assert one.stage == "answered"


def test_a_spoken_no_needs_nobodys_signature(session, rules, people, hand, now):
    one = hand(way="spoken")
    all_no = dict.fromkeys(CHOICES, "no")

    asking.record_spoken(session, rules, people.clinician, one.id, all_no, signatures=[], at=now)

    assert one.stage == "answered"
    assert one.answers["purposes"]["share_care"]["decision"] == "no"


def test_paper_is_keyed_by_one_person_and_checked_by_another(
    session, rules, people, scanned, keyed, declare, now
):
    one, later = scanned, now + timedelta(minutes=30)
    asking.key_paper(session, rules, people.receptionist, one.id, keyed(one), at=later)

    with pytest.raises(Refused, match="Another person"):
        asking.check_paper(
            session, rules, people.receptionist, one.id, revision=one.revision, at=later
        )
    asking.check_paper(session, rules, people.clinician, one.id, revision=one.revision, at=later)

    assert one.stage == "answered"
    assert one.answers["wet"]["keyed_by"] == "Robin Reception"
    assert one.answers["wet"]["checked_by"] == "Dr Casey Clinician"
    assert one.answers["wet"]["scan_sha256"] == "b" * 64
    assert one.answers["signatures"][0]["signed_at"] == "2026-11-20T10:40:00+00:00"


def test_signed_paper_is_declared_with_its_scan(
    session, rules, people, scanned, keyed, declare, now
):
    one, later = scanned, now + timedelta(minutes=30)
    asking.keep_scan(
        session, rules, people.receptionist, one.id, images.Scan((page(),), "c" * 64), at=later
    )
    asking.key_paper(session, rules, people.receptionist, one.id, keyed(one), at=later)
    asking.check_paper(session, rules, people.clinician, one.id, revision=one.revision, at=later)

    document = declare(one, at=later, more=TOLD_BY_STAFF)

    whole = next(file for file in document.files if file.kind == "letter")
    copy = next(file for file in document.files if file.kind == "patient")
    assert whole.pages > copy.pages
    assert files.scan(session, one) == []


def page() -> bytes:
    """A small JPEG, as a page of a scan."""
    target = BytesIO()
    Image.new("RGB", (300, 400), "white").save(target, "JPEG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"page_code": "0000-0000"}, "another paper's"),
        ({"choices": {"record": "yes"}}, "Key the answer to each question"),
        ({"signed_at": "early"}, "signed after it was printed"),
        ({"signed_at": "late"}, "signed after it was printed"),
    ],
)
def test_paper_that_does_not_fit_is_refused_and_the_scan_stays(
    session, rules, people, scanned, keyed, now, changes: dict[str, Any], words: str
):
    one, later = scanned, now + timedelta(minutes=30)
    moments = {"early": now - timedelta(hours=1), "late": later + timedelta(hours=1)}
    if "signed_at" in changes:
        changes = {"signed_at": moments[changes["signed_at"]]}

    with pytest.raises(Refused, match=words):
        asking.key_paper(
            session, rules, people.receptionist, one.id, keyed(one, **changes), at=later
        )

    assert len(files.scan(session, one)) == 2


def test_paper_that_was_keyed_anew_meanwhile_is_compared_again(
    session, rules, people, scanned, keyed, now
):
    one, later = scanned, now + timedelta(minutes=30)
    asking.key_paper(session, rules, people.receptionist, one.id, keyed(one), at=later)
    looked_at = one.revision
    asking.key_paper(session, rules, people.receptionist, one.id, keyed(one), at=later)

    with pytest.raises(asking.WrongStage):
        asking.check_paper(session, rules, people.clinician, one.id, revision=looked_at, at=later)


def test_best_interests_are_decided_and_declared_by_the_clinician_alone(
    session, rules, people, begun, declare, now
):
    one = begun(BEST_INTERESTS)
    with pytest.raises(asking.NotReady, match="The clinician decides here"):
        asking.hand_over(session, rules, people.clinician, one.id, "tablet", at=now)

    asking.decide_alone(
        session,
        rules,
        people.clinician,
        one.id,
        {"record": "yes", "share_care": "yes"},
        at=now,
    )
    declare(one, more=TOLD_BY_STAFF)

    record = records.get(session, people.clinician, one.record_id)
    assert record.route == "best_interests"
    assert record.answers.get("signatures") in (None, [])


def test_a_clinician_does_not_decide_for_somebody_who_can(session, rules, people, begun, now):
    one = begun(ADULT)

    with pytest.raises(asking.NotReady, match="Somebody else decides"):
        asking.decide_alone(session, rules, people.clinician, one.id, CHOICES, at=now)


def test_a_link_ends_when_the_consent_is_taken_back(session, rules, people, hand, now):
    one = hand(way="link")
    made = links.create(
        session, people.clinician, "consent", one.id, birth_date=date(1958, 4, 2), at=now
    )

    asking.take_back(session, rules, people.clinician, one.id, at=now)

    assert links.state_of(made.link, at=now) is links.State.REVOKED
