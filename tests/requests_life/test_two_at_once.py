"""Two people at the same moment: one request, one move, one clear refusal, nothing lost."""

from threading import Barrier, Thread

from sqlalchemy import func, select

from lettergen import models
from lettergen.models import Request
from lettergen.requests.life import deciding, directory, events, finding, intake, moves
from lettergen.requests.life.refusals import ChangedMeanwhile, NotPossible

FIT_NOTE = {"type": "fit_note_gt7"}
GYM = {"type": "gym_fitness", "requester": "leisure_travel"}


def test_the_same_form_sent_by_two_at_once_makes_one_request(sessions, people, standing, now):
    gate, made = Barrier(2), []

    def send() -> None:
        with sessions() as session, models.changing(session):
            terms = standing.terms(session, people.receptionist)
            gate.wait()
            one = intake.receive(
                session,
                people.receptionist,
                terms,
                once="same",
                channel="desk",
                received_at=now,
                requester_class="education",
                organisation="Exampleton University",
                at=now,
            )
            made.append(one.id)

    both = [Thread(target=send) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    with sessions() as session:
        rows = session.scalar(select(func.count(Request.id)).where(Request.once == "same"))
        assert (len(made), len(set(made)), rows) == (2, 1, 1)
        assert len(directory.find(session, people.manager, "")) == 1
        assert models.verify_chain(session, people.manager.practice_id) is None


def test_two_who_press_different_buttons_at_once_get_one_move_and_one_clear_refusal(
    sessions, people, standing, now
):
    with sessions() as session, models.changing(session):
        terms = standing.terms(session, people.receptionist)
        request_id = intake.receive(
            session,
            people.receptionist,
            terms,
            once="one",
            channel="desk",
            received_at=now,
            requester_class="patient",
            at=now,
        ).id
    gate, came_of_it = Barrier(2), []

    def press(answers: dict[str, str]) -> None:
        gate.wait()
        try:
            with sessions() as session, models.changing(session):
                own = standing.terms(session, people.receptionist)
                deciding.decide(
                    session,
                    people.receptionist,
                    own,
                    request_id,
                    answers,
                    seconds=5,
                    revision=1,
                    at=now,
                )
                came_of_it.append("decided")
        except ChangedMeanwhile as refusal:
            came_of_it.append(str(refusal))

    both = [Thread(target=press, args=[one]) for one in (FIT_NOTE, GYM)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert came_of_it.count("decided") == 1
    assert sum("Somebody else" in one for one in came_of_it) == 1
    with sessions() as session:
        history = events.of(session, people.manager, request_id)
        assert [one.number for one in history] == list(range(1, len(history) + 1))
        assert sum(one.what == "decided" for one in history) == 1


def test_two_who_end_a_request_at_once_end_it_once(sessions, people, standing, now):
    with sessions() as session, models.changing(session):
        terms = standing.terms(session, people.receptionist)
        request_id = intake.receive(
            session,
            people.receptionist,
            terms,
            once="to be ended",
            channel="desk",
            received_at=now,
            requester_class="patient",
            at=now,
        ).id
    gate, refused = Barrier(2), []

    def end(to: str) -> None:
        with sessions() as session:
            request = finding.get(session, people.receptionist, request_id)
            gate.wait()
            try:
                with models.changing(session):
                    moves.move(session, people.receptionist, request, to, at=now, because="why")
            except NotPossible as refusal:
                refused.append(str(refusal))

    both = [Thread(target=end, args=[to]) for to in ("withdrawn", "cancelled")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert len(refused) == 1
    assert "which is its end" in refused[0]
    with sessions() as session:
        history = events.of(session, people.manager, request_id)
        assert sum(one.what == "moved" for one in history) == 1
