"""Standard replies: five parts each, nobody named without consent, sent once; letters begun."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents, forms, models
from lettergen.definitions import open_library
from lettergen.definitions.cases import read_cases
from lettergen.documents import Office
from lettergen.models import Document, Message, Practice, Work
from lettergen.places import CHECKOUT, here
from lettergen.refusals import Refused
from lettergen.rendering import Renderer
from lettergen.requests.catalogue import loading
from lettergen.requests.catalogue.plainness import reading_age, remarks, sentences
from lettergen.requests.catalogue.standing import Requests, Terms
from lettergen.requests.life import allocating, deciding, events, finding, intake
from lettergen.requests.money import setting_fees
from lettergen.requests.money.setting_fees import NewFee
from lettergen.requests.papers import prefill, replies
from lettergen.requests.papers.replies import NoReply
from lettergen.requests.steps import replying, writing
from lettergen.sealing import examine

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
CATALOGUE = loading.load(here())
LIBRARY = open_library(here())
REPLIES = sorted(CATALOGUE.replies)
ROUTES = [(code, key) for code in REPLIES for key in ("", *CATALOGUE.replies[code].routes)]
SPEAKS_OF_A_PATIENT = re.compile(
    r"\b(?:our|your) patient\b|\bregistered (?:here|with us)\b|\bon our list\b", re.IGNORECASE
)
CONFIRMS_NOBODY = re.compile(
    r"do not say who (?:is or is not|was or was not) our patient", re.IGNORECASE
)
# What tells of somebody's health. Names of forms and of kinds of evidence are no facts.
CLINICAL = re.compile(
    r"\b(?:diagnos\w+|symptom\w*|depress\w+|anxi\w+|cancer|diabet\w+|asthma|pain|suffer\w*|"
    r"illness|infection|surgery on|mental)\b",
    re.IGNORECASE,
)
APOLOGY = re.compile(r"\b(?:sorry|apolog\w+|regret\w*|unfortunately|afraid)\b", re.IGNORECASE)
PATIENT = {
    "title": "Mx",
    "given_name": "Rowan",
    "family_name": "Testerby",
    "date_of_birth": "1998-04-12",
    "nhs_number": "999 000 1006",
    "email": "rowan@example.com",
    "address": "3 Example Road\nExampletown\nZZ99 3WZ",
}
CONTACT = {"name": "Alex Asker", "email": "asker@example.com", "their_reference": "EX/42"}
PRACTICE = Practice(
    name="Example Meadow Surgery",
    ods="Y99991",
    address="1 Specimen Lane\nExampleton",
    phone="020 7946 0101",
    email="practice@example.com",
)


def asked(code: str, requester_class: str = "employer", **about: Any) -> Any:
    content = SimpleNamespace(patient=PATIENT, contact=CONTACT, asked="", purpose="")
    made = {
        "letter": code,
        "requester_class": requester_class,
        "inputs": {"consent": "written_ok"},
        "content": content,
        "requester": SimpleNamespace(name="Brackenfold Logistics Ltd", address="", email=""),
        "type_key": "other",
        "received_on": NOW.date(),
        "reference": "RQ-1",
    }
    return SimpleNamespace(**{**made, **about})


def said(code: str, **about: Any) -> str:
    is_nameless = about.pop("is_nameless", True)
    wording = replies.wording(
        CATALOGUE, asked(code, **about), PRACTICE, also=("D09",), is_nameless=is_nameless
    )
    return replies.text(wording, PRACTICE, reference="LG-7K3M-9QXP")


@pytest.mark.parametrize("code", REPLIES)
def test_every_reply_has_its_five_parts_and_says_when_they_were_checked(code: str) -> None:
    reply = CATALOGUE.replies[code]

    parts = (reply.authority, reply.route, reply.reopens, reply.contact_role)

    assert all(part.strip() for part in parts)
    assert reply.source in CATALOGUE.sources
    assert reply.checked_on
    assert reply.named
    assert reply.nameless


def test_there_are_sixteen_replies_and_each_type_that_is_turned_away_has_one() -> None:
    named = {kind.letter for kind in CATALOGUE.types.values() if kind.letter}

    assert [f"D{number:02}" for number in range(1, 17)] == REPLIES
    assert named <= set(REPLIES)


def test_every_route_belongs_to_a_type_that_gets_this_reply() -> None:
    strays = [(code, key) for code, key in ROUTES if key and CATALOGUE.types[key].letter != code]

    assert strays == []


@pytest.mark.parametrize(("code", "key"), ROUTES)
def test_replies_are_short_plain_and_free_of_apology(code: str, key: str) -> None:
    for is_nameless in (True, False):
        wording = replies.wording(
            CATALOGUE,
            asked(code, type_key=key or "other"),
            PRACTICE,
            is_nameless=is_nameless,
            price="The price is £120.00 in all, and we need up to 20 working days.",
        )
        text = " ".join(
            (*wording.opening, wording.authority, wording.route, wording.reopens)
        ).replace(PRACTICE.name, "us")

        assert max(len(one.split()) for one in sentences(text)) <= 20
        is_for_patients = CATALOGUE.replies[code].to == "a patient"
        assert reading_age(text) <= (11 if is_for_patients else 14)
        assert len(text.split()) <= 180
        assert APOLOGY.findall(text) == []


@pytest.mark.parametrize("code", REPLIES)
def test_the_nameless_reply_names_nobody_and_confirms_nothing(code: str) -> None:
    for consent in ("missing", "too_wide", "authority_missing", "written_ok"):
        text = said(code, inputs={"consent": consent})

        told = [one for one in PATIENT.values() if one in text]
        assert told == []
        assert "{" not in text
        assert CONFIRMS_NOBODY.search(text)
        assert SPEAKS_OF_A_PATIENT.findall(CONFIRMS_NOBODY.sub("", text)) == []


@pytest.mark.parametrize("code", REPLIES)
def test_no_reply_tells_of_anybodys_health(code: str) -> None:
    reply = CATALOGUE.replies[code]

    for text in (*reply.named, *reply.nameless, reply.reopens, reply.added, reply.sample):
        assert CLINICAL.findall(text) == []


def test_a_claimed_duty_is_answered_in_any_other_reply() -> None:
    duty = CATALOGUE.replies["D09"].added

    assert duty in said("D04")
    assert duty not in said("D09")


def test_what_the_consent_lacks_is_said_in_the_reply_that_asks_for_it() -> None:
    lacking = CATALOGUE.replies["D08"].missing

    assert set(lacking) == {"missing", "too_wide", "authority_missing"}
    for answer, text in lacking.items():
        assert text in said("D08", inputs={"consent": answer})


def test_only_shown_consent_lets_a_reply_name_the_patient() -> None:
    consents = ("patient_asks", "missing", "too_wide", "written_ok", "authority_ok", "assured")
    allowed = {
        (who, consent)
        for who, consent in product(("patient", "employer", "family"), consents)
        if replies.may_name(asked("D01", who, inputs={"consent": consent}), "")
    }

    assert allowed == {
        *(("patient", consent) for consent in consents),
        *product(("employer", "family"), ("written_ok", "authority_ok", "assured")),
    }
    assert not replies.may_name(asked("D01"), "The consent has ended.")
    assert not replies.may_name(asked("D13", "patient"), "")


@pytest.mark.parametrize(
    "reference", ["Testerby absence", "ROWAN/3", "9990001006", "dob 12/04/1998", "12041998-A"]
)
def test_a_reference_that_names_the_patient_is_not_repeated(reference: str) -> None:
    content = SimpleNamespace(
        patient=PATIENT, contact={**CONTACT, "their_reference": reference}, asked="", purpose=""
    )

    assert reference not in said("D01", content=content)
    assert reference in said("D01", content=content, is_nameless=False)
    assert "EX/42" in said("D01")


def test_a_practices_own_words_go_into_its_replies() -> None:
    own = replace(CATALOGUE.replies["D01"], authority="As {practice} has always said.")
    catalogue = replace(CATALOGUE, replies={**CATALOGUE.replies, "D01": own})

    wording = replies.wording(catalogue, asked("D01"), PRACTICE, is_nameless=True)

    assert wording.authority == "As Example Meadow Surgery has always said."


def test_words_that_are_hard_to_read_are_remarked_on() -> None:
    long = "We " + "really " * 20 + "mean it."
    hard = "Occupational considerations necessitate comprehensive organisational documentation."
    own = replace(CATALOGUE.replies["D11"], route=long, named=(hard,), authority=hard)

    said = list(dict.fromkeys(remarks(own)))

    assert said[0] == f"23 words are long for one sentence: “{long}”"
    assert re.fullmatch(r"It takes a reading age of \d\d; 11 is what a patient .+", said[-1])
    assert [one for reply in CATALOGUE.replies.values() for one in remarks(reply)] == []


def test_a_name_that_looks_like_a_mark_stays_a_name() -> None:
    content = SimpleNamespace(
        patient={**PATIENT, "given_name": "{practice}", "family_name": "<b>{price}</b>" * 20},
        contact=CONTACT,
        asked="",
        purpose="",
    )

    text = said("D01", content=content, is_nameless=False)

    assert f"note for work about {{practice}} {'<b>{price}</b>' * 20}." in text


@pytest.mark.parametrize("code", ["D07", "D09", "D10"])
def test_a_reply_that_offers_work_says_its_price_or_that_a_quote_follows(code: str) -> None:
    price = "The price is £120.00 in all."
    words = replies.wording(CATALOGUE, asked(code), PRACTICE, is_nameless=True, price=price)

    assert price in replies.text(words, PRACTICE, reference="LG-7K3M-9QXP")
    assert "We then send you a quote." in said(code)


def test_questions_of_a_request_become_rows_of_the_report() -> None:
    text = "Dear doctor,\n1. Is a condition of the back recorded?\n- Can she lift?\nThank you."

    assert prefill._asked(text) == {
        "questions": [
            {"question": "Is a condition of the back recorded?"},
            {"question": "Can she lift?"},
        ]
    }
    assert prefill._asked("Please write to us.") == {}


@pytest.fixture(scope="session")
def requests() -> Requests:
    return Requests(here())


@pytest.fixture
def terms(requests: Requests, session: Session, people: Any) -> Terms:
    return requests.terms(session, people.receptionist)


def receive(session: Session, people: Any, terms: Terms, **about: Any) -> str:
    inputs = about.pop("inputs", {"type": "uni_mitigating", "consent": "missing"})
    given = {
        "once": uuid4().hex,
        "channel": "email",
        "received_at": NOW,
        "type_key": inputs["type"],
        "patient": PATIENT,
        "contact": CONTACT,
        "organisation": "Exampleton University",
        "asked": "Please confirm that the student was ill in May.",
        "purpose": "an examination appeal",
        "requester_class": "education",
        **about,
    }
    who = people.receptionist
    request = intake.receive(session, who, terms, at=NOW, **given)
    answers = {"requester": given["requester_class"], **inputs}
    deciding.decide(session, who, terms, request.id, answers, seconds=20, revision=None, at=NOW)
    return request.id


@pytest.fixture(scope="module")
def practice_office() -> Any:
    places = here()
    with Renderer(places.template_folders) as renderer:
        yield Office(open_library(places), renderer, "https://letters.example.com")


def test_a_reply_is_issued_once_however_often_it_is_sent(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who, key = people.receptionist, receive(session, people, terms)

    sent = [
        replying.send(session, practice_office, who, terms, key, at=NOW, by=way)
        for way in ("email", "print", "email")
    ]
    session.commit()

    assert len({one.id for one in sent}) == 1
    assert session.scalars(select(Document)).all() == [sent[0]]
    issued = session.scalars(select(Work).where(Work.document_id == sent[0].id))
    assert [one.kind for one in issued] == ["replied"]
    [message] = session.scalars(select(Message))
    request = finding.get(session, who, key)
    assert request.state == "closed"
    assert [one.what for one in events.of(session, who, key)].count("replied") == 1
    assert message.recipient == CONTACT["email"]
    for text in (message.body, message.heading):
        assert [one for one in PATIENT.values() if one in text] == []


def test_two_receptionists_who_send_at_once_send_one_reply(
    sessions: Any, people: Any, requests: Requests, practice_office: Office
) -> None:
    who = people.receptionist
    with sessions.begin() as session:
        terms = requests.terms(session, who)
        key = receive(session, people, terms)
    barrier, sent = Barrier(2), []

    def press(way: str) -> None:
        barrier.wait()
        with sessions() as session, models.changing(session):
            document = replying.send(session, practice_office, who, terms, key, at=NOW, by=way)
            sent.append(document.reference)

    threads = [Thread(target=press, args=[way]) for way in ("email", "print")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with sessions() as session:
        [document] = session.scalars(select(Document))
    assert sent == [document.reference] * 2


def test_a_reply_that_was_voided_can_be_sent_anew(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who, key = people.receptionist, receive(session, people, terms)
    first = replying.send(session, practice_office, who, terms, key, at=NOW, by="print")
    session.flush()

    documents.void(session, people.manager, first.id, "It went to the wrong desk.", at=NOW)
    shown = replying.preview(session, who, terms, key, at=NOW)
    second = replying.send(session, practice_office, who, terms, key, at=NOW, by="copy")

    assert shown.document is None
    assert second.id != first.id


def test_a_reply_that_has_left_is_shown_as_it_left(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who = people.receptionist
    inputs = {"type": "uni_mitigating", "consent": "written_ok"}
    key = receive(session, people, terms, inputs=inputs)
    before = replying.preview(session, who, terms, key, at=NOW)

    sent = replying.send(session, practice_office, who, terms, key, at=NOW, by="email")

    after = replying.preview(session, who, terms, key, at=NOW)
    assert before.may_name
    assert not before.wording.is_nameless
    assert after.wording.is_nameless
    assert after.document == sent
    assert sent.reference in after.text


def test_a_reply_on_paper_is_sealed_and_names_nobody_without_consent(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who, key = people.receptionist, receive(session, people, terms)

    sent = replying.send(session, practice_office, who, terms, key, at=NOW, by="print")

    session.commit()
    [file] = sent.files
    text = text_of(file.pdf)
    assert sent.reference in text
    assert "Exampleton University" in text
    assert "Testerby" not in text
    assert sent.content.patient["full_name"] == ""
    assert examine(file.pdf).is_sealed
    assert file.pages == 1


def test_a_patient_gets_the_reply_by_name_and_in_large_print(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    inputs = {"type": "benefit_support_letter", "consent": "patient_asks"}
    who = people.receptionist
    key = receive(
        session,
        people,
        terms,
        inputs=inputs,
        requester_class="patient",
        organisation="",
        contact={},
    )

    sent = replying.send(session, practice_office, who, terms, key, at=NOW, by="print")

    session.commit()
    assert {one.kind for one in sent.files} == {"letter", "large"}
    assert all("Rowan Testerby" in text_of(one.pdf) for one in sent.files)
    assert sent.content.patient["full_name"] == "Rowan Testerby"


def test_a_reply_to_a_later_decision_is_another_reply(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who = people.receptionist
    held = {"type": "ins_gpr", "consent": "missing"}
    key = receive(session, people, terms, inputs=held, requester_class="insurer")
    first = replying.send(session, practice_office, who, terms, key, at=NOW, by="copy")
    assert finding.get(session, who, key).state == "on_hold"

    later = NOW + timedelta(hours=1)
    again = {**held, "requester": "insurer", "consent": "written_ok", "payer": "org_refuses"}
    deciding.decide(session, who, terms, key, again, seconds=9, revision=None, at=later)
    second = replying.send(session, practice_office, who, terms, key, at=later, by="copy")

    session.commit()
    codes = [one.content.answers["reply"] for one in (first, second)]
    assert codes == ["D08", "D10"]
    assert finding.get(session, who, key).state == "closed"


def test_what_cannot_be_sent_is_refused_and_leaves_nothing(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who = people.receptionist
    fee = receive(
        session,
        people,
        terms,
        inputs={"type": "ins_gpr", "consent": "written_ok"},
        requester_class="insurer",
    )
    no_address = receive(session, people, terms, contact={"name": "Alex Asker"})

    with pytest.raises(NoReply):
        replying.send(session, practice_office, who, terms, fee, at=NOW, by="print")
    with pytest.raises(Refused, match="no e-mail address"):
        replying.send(session, practice_office, who, terms, no_address, at=NOW, by="email")
    with pytest.raises(Refused, match="Choose"):
        replying.send(session, practice_office, who, terms, no_address, at=NOW, by="pigeon")
    with pytest.raises(documents.NotFound):
        replying.send(
            session, practice_office, people.stranger, terms, no_address, at=NOW, by="print"
        )
    assert session.scalars(select(Document)).all() == []


@pytest.mark.parametrize(
    "address", ["a@example.com,b@example.com", "a@example.com\nBcc: b@example.com"]
)
def test_an_address_that_is_not_one_is_refused_before_anything_is_made(
    session: Session, people: Any, terms: Terms, practice_office: Office, address: str
) -> None:
    key = receive(session, people, terms)

    with pytest.raises(Refused, match="one email address"):
        replying.send(
            session,
            practice_office,
            people.receptionist,
            terms,
            key,
            at=NOW,
            by="email",
            to=address,
        )

    assert session.scalars(select(Document)).all() == []
    assert session.scalars(select(Message)).all() == []


def test_the_price_of_a_reply_is_what_the_practice_set_and_stays_as_it_was_sent(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    who = people.receptionist
    inputs = {"type": "ins_gpr", "consent": "written_ok", "payer": "org_refuses"}
    key = receive(session, people, terms, inputs=inputs, requester_class="insurer")
    unset = replying.preview(session, who, terms, key, at=NOW).wording.reopens

    set_price(session, people, terms, 12000, NOW)
    replying.send(session, practice_office, who, terms, key, at=NOW, by="copy")
    set_price(session, people, terms, 13000, NOW + timedelta(days=1))

    later = replying.preview(session, who, terms, key, at=NOW + timedelta(days=2))
    assert "We then send you a quote." in unset
    assert "The price is £120.00 in all, and we need up to 20 working days." in later.text


def set_price(session: Session, people: Any, terms: Terms, pence: int, at: datetime) -> None:
    chosen = NewFee("ins_gpr", "organisation", pence, "EX", at.date(), "new_service", "Report")
    setting_fees.set_fee(session, people.manager, terms, chosen, at=at)


def test_a_letter_begins_with_what_the_request_knows(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    key = work_for(session, people, terms)

    draft = writing.start(session, practice_office, people.clinician, terms, key, at=NOW)
    again = writing.start(session, practice_office, people.clinician, terms, key, at=NOW)

    session.commit()
    reading = documents.reading(session, practice_office, people.clinician, draft.id, at=NOW)
    assert again.id == draft.id
    assert draft.slug == "lt1-confirmation"
    assert finding.get(session, people.clinician, key).state == "drafted"
    known = ("given_name", "addressee", "requested_by", "their_reference", "purpose")
    assert {name: reading.answers[name] for name in known} == {
        "given_name": "Rowan",
        "addressee": "Alex Asker, Exampleton University",
        "requested_by": "reader",
        "their_reference": "EX/42",
        "purpose": "an examination appeal",
    }
    assert "nhs_number" not in reading.answers
    assert reading.errors == {}


@pytest.mark.parametrize("slug", [one for one in LIBRARY.folders.slugs() if one.startswith("lt")])
def test_whatever_a_request_holds_a_letter_can_begin_with_it(slug: str) -> None:
    hostile = {
        "given_name": "N" * 300,
        "family_name": "محمد <script>alert(1)</script> {{ 7 * 7 }}",
        "date_of_birth": "31 February",
        "title": "<b>",
    }
    content = SimpleNamespace(
        patient=hostile,
        contact={"name": "O" * 300, "address": "1\n2\n3\n4\n5\n6", "their_reference": "R" * 300},
        asked="</textarea>?\n" * 50,
        purpose="p" * 2000,
    )
    kind = LIBRARY.get(slug)

    typed = prefill.typed_for(kind, asked("", content=content), None, today=NOW.date())

    reading = forms.read(kind, typed, on=NOW.date(), directories=LIBRARY.directories)
    assert typed["family_name"] == [hostile["family_name"]]
    assert reading.errors["given_name"]
    assert "addressee" not in typed
    assert "purpose" not in typed
    assert not reading.is_issuable


def test_a_request_whose_type_names_no_letter_is_answered_by_a_plain_one(terms: Terms) -> None:
    unnamed = next(key for key, kind in CATALOGUE.types.items() if not kind.letter_slug)

    for key in (unnamed, "other", "gone from the catalogue"):
        assert writing.slug_for(terms, asked("", type_key=key)) == "lt1-confirmation"


def test_a_signed_letter_belongs_to_its_request(
    session: Session, people: Any, terms: Terms, practice_office: Office
) -> None:
    key, who = work_for(session, people, terms), people.clinician
    draft = writing.start(session, practice_office, who, terms, key, at=NOW)
    session.flush()
    issued = issue(session, practice_office, who, draft.id)

    writing.signed(session, who, draft.id, issued, at=NOW)
    writing.signed(session, who, "no-such-draft", issued, at=NOW)

    session.commit()
    request = finding.get(session, who, key)
    assert (request.state, request.document_id) == ("signed", issued.id)


def work_for(session: Session, people: Any, terms: Terms) -> str:
    """A request that stands with the clinician."""
    free = {"type": "council_tax_smi", "consent": "written_ok"}
    key = receive(session, people, terms, inputs=free, requester_class="state")
    request = finding.get(session, people.receptionist, key)
    allocating.assign(
        session,
        people.receptionist,
        request.id,
        people.clinician.staff_id,
        because="For this test.",
        at=NOW,
    )
    return key


def issue(session: Session, office: Office, who: Any, draft_id: str) -> Document:
    draft = documents.lock(session, who, draft_id)
    kind = office.library.get(draft.slug)
    [case] = [
        one
        for one in read_cases(CHECKOUT / "tests/letters/lt1-confirmation.toml")
        if one.name == "minimal"
    ]
    typed = {**forms.flatten(kind, case.answers), "letter_date": ["2026-11-20"]}
    documents.save(session, office, who, draft_id, typed, revision=draft.revision, at=NOW)
    review = documents.prepare(session, office, who, draft_id, at=NOW)
    return documents.issue(session, office, who, draft_id, review.seal, at=NOW)


def text_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return " ".join(" ".join(one.get_textpage().get_text_range() for one in document).split())
