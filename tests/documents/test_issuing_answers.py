"""The command line issues answers in one go, for a signer who is named."""

from datetime import date

import pytest

from lettergen import accounts, documents
from lettergen.documents import NotIssuable
from lettergen.models import Document
from lettergen.refusals import Refused


@pytest.fixture
def issue(sessions, office, people, now, clinician):
    """Issue the answers as the command line would, some of them changed."""

    def issue(on: date | None = None, signer=None, reasons=None, **typed) -> Document:
        with sessions.begin() as session:
            practice = accounts.practice_of(session, people.clinician)
            return documents.issue_answers(
                session,
                office,
                accounts.operator_of(practice),
                "note",
                {**clinician.typed, **typed},
                on=on or now.date(),
                at=now,
                signer=signer,
                reasons=reasons,
            )

    return issue


def test_answers_say_who_signs(issue, people):
    document = issue(
        on=date(2026, 11, 19), signer_name=["Dr Casey Clinician"], signer_number=["9000001"]
    )

    assert document.dated == date(2026, 11, 19)
    assert document.signer_id == people.clinician.staff_id
    assert document.seconds is None


def test_answers_may_name_a_signer_who_is_not_of_the_staff(issue, clinician):
    document = clinician.get(issue(signer_name=["Dr Else Where"], signer_number=["9000099"]))

    assert (document.signer_id, document.signer_name) == (None, "Dr Else Where")
    assert document.content.signer["name"] == "Dr Else Where"


def test_a_signer_is_given_by_address_and_goes_before_the_answers(issue):
    document = issue(signer=" Clinician@example.com", signer_name=["Dr Else Where"])

    assert document.signer_name == "Dr Casey Clinician"


def test_reasons_are_given_by_rule(issue):
    document = issue(
        signer="clinician@example.com",
        reasons={"W01": "The bus leaves at noon."},
        is_urgent=["y"],
    )

    assert document.warnings == ["W01"]


def test_the_practice_is_the_answers_or_else_the_record(issue, clinician):
    named = issue(signer="clinician@example.com", practice_name=["Branch Surgery"])
    unnamed = issue(signer="clinician@example.com")

    assert clinician.get(named).content.practice["name"] == "Branch Surgery"
    assert clinician.get(unnamed).content.practice["name"] == "Example Surgery"


@pytest.mark.parametrize("signer", ["nobody@example.com", "reception@example.com"])
def test_a_signer_who_may_not_sign_is_refused(issue, signer):
    with pytest.raises(Refused, match="no clinician of this practice"):
        issue(signer=signer)


def test_answers_without_signer_are_refused_and_nothing_is_stored(issue, clinician):
    with pytest.raises(NotIssuable) as refused:
        issue(is_urgent=["y"])

    assert refused.value.reasons == (
        "Signer: needs an answer",
        "W01: Urgent notes need a reason. (give a reason)",
    )
    assert clinician.count(Document) == 0
