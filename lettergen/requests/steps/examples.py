"""Eight requests of made-up people for trying out: one for each thing that can come of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor
from lettergen.refusals import Refused
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import allocating, deciding, finding, intake
from lettergen.requests.triage import filled

_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Example:
    """One request: what it asks, by whom and for whom, how many days ago, and who gets it."""

    type_key: str
    asked: str
    patient: tuple[str, str, str]
    days_ago: int
    organisation: str = ""
    requester: str = "patient"
    channel: str = "email"
    answers: Mapping[str, str] = field(default_factory=lambda: _NOBODY)
    is_decided: bool = True
    is_given: bool = False


EXAMPLES = (
    Example(
        "uni_mitigating",
        "I missed two exams in May. The faculty wants a letter from my doctor.",
        ("Rowan", "Testerby", "1998-04-12"),
        3,
        "Exampleton University",
        "education",
        is_decided=False,
    ),
    Example(
        "fit_note_gt7",
        "I have been off for twelve days and need a sick note.",
        ("Imogen", "Samplewick", "1984-09-30"),
        5,
        channel="telephone",
        is_given=True,
    ),
    Example(
        "gym_fitness",
        "The gym says I need a note before I may use the weights.",
        ("Amal", "Mockford", "1990-02-17"),
        1,
        "Example Gym",
        "leisure_travel",
        channel="desk",
    ),
    Example(
        "employer_report_amra",
        "Please complete the enclosed report for our occupational health service.",
        ("Siân", "Exempli", "1976-11-05"),
        8,
        "Brackenfold Logistics Ltd",
        "employer",
        answers=MappingProxyType({"consent": "written_ok"}),
    ),
    Example(
        "solicitor_records",
        "We act for your patient and ask for a copy of the records since 2024.",
        ("Łukasz", "Placeholder", "1969-01-23"),
        12,
        "Sample & Specimen Solicitors",
        "solicitor",
        "letter",
        MappingProxyType({"consent": "written_ok"}),
    ),
    Example(
        "deceased_records",
        "My late father’s record, please. I am his daughter.",
        ("Edwin", "Testington", "1931-06-08"),
        2,
        requester="family",
        channel="letter",
    ),
    Example(
        "child_protection",
        "Report for the conference on Thursday, please.",
        ("Robin", "Specimen-Jones", "2016-03-14"),
        0,
        "Example Borough Council",
        "state",
        answers=MappingProxyType({"flag": "safeguarding"}),
        is_given=True,
    ),
    Example(
        "other",
        "You are legally obliged to confirm that my tenant is well enough to move.",
        ("Dana", "Exampleby", "1979-07-19"),
        6,
        "Example Lettings",
        "housing_utility",
        answers=MappingProxyType({"flag": "claimed_duty", "ask": "opinion"}),
    ),
)


def receive_all(session: Session, actor: Actor, terms: Terms, *, at: datetime) -> int:
    """Put the eight requests on the board as of `at`; return how many. Run again, nothing is new.

    What cannot be given to anybody, because the practice has no clinician, waits for one.
    """
    for number, one in enumerate(EXAMPLES, 1):
        came = at - timedelta(days=one.days_ago)
        _receive(session, actor, terms, one, once=f"example-{number}", at=came)
    return len(EXAMPLES)


def _receive(
    session: Session, actor: Actor, terms: Terms, one: Example, *, once: str, at: datetime
) -> None:
    given, family, born = one.patient
    row = intake.receive(
        session,
        actor,
        terms,
        once=once,
        channel=one.channel,
        received_at=at,
        type_key=one.type_key if one.type_key in terms.catalogue.types else "other",
        patient={"given_name": given, "family_name": family, "date_of_birth": born},
        organisation=one.organisation,
        asked=one.asked,
        requester_class=one.requester,
        at=at,
    )
    if row.state != "received" or not one.is_decided:
        return
    said = {"type": row.type_key, "requester": one.requester, **one.answers}
    answers = filled(terms.catalogue, said)
    deciding.decide(
        session, actor, terms, row.id, answers, seconds=40, revision=row.revision, at=at
    )
    if one.is_given:
        _give(session, actor, row.id, at)


def _give(session: Session, actor: Actor, request_id: str, at: datetime) -> None:
    row = finding.get(session, actor, request_id)
    try:
        best = allocating.suggest(session, actor, row, local_day(at))
        allocating.assign(session, actor, row.id, best.staff.id, because=best.because, at=at)
    except Refused:
        return
