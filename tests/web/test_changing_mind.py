"""By the link on their copy patients stop what they agreed to: at once, in parts, until all is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen import links, models
from lettergen.consents.register import histories, records, using
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.using import Particulars
from lettergen.models import ConsentEvent, ConsentTask, Link
from lettergen.places import CHECKOUT
from tests.web.conftest import soup
from tests.web.patients import words

ADULT, CHILD, TEENAGER, WITHDRAWN = json.loads(
    (CHECKOUT / "tests/consents/valid.json").read_text("utf-8")
).values()


@dataclass
class Holder:
    """Somebody with the patient's copy in hand."""

    app: Flask
    browser: Any
    door: str
    record_id: str
    people: Any

    def send(self, path: str, **fields: Any) -> Any:
        token = self.browser.page("/l").select_one("[name=csrf_token]")["value"]
        return self.browser.post(self.door + path, data={**fields, "csrf_token": token})

    def say_born(self, born: date) -> Any:
        return self.send("", day=born.day, month=born.month, year=born.year)

    def page(self) -> Any:
        return self.browser.page(f"{self.door}/change")

    def grant_of(self, question: str) -> str:
        (box,) = [one for one in self.page().select("[name=grant]") if question in one.parent.text]
        return str(box["value"])

    def states(self, at: Any) -> dict[str, str]:
        with self.app.extensions["lettergen"].sessions() as session:
            found = histories.of_record(session, self.people.clinician, self.record_id)
            return {one.grant.purpose: str(one.state(at)) for one in found}


@pytest.fixture
def holder(app: Flask, people: Any, clock: Any) -> Callable[..., Holder]:
    """Return a function: a signed case → somebody who has said the date of birth at its link."""

    def held(case: dict[str, Any] = ADULT, *, is_proven: bool = True) -> Holder:
        parts = app.extensions["lettergen"]
        born = date.fromisoformat(case["patient"]["date_of_birth"])
        with parts.sessions() as session, models.changing(session):
            rules = parts.consents.terms(session, people.clinician)
            key = models.new_id()
            link = links.create(
                session, people.clinician, "withdraw", key, birth_date=born, at=clock()
            )
            records.file(session, rules, people.clinician, case, at=clock(), key=key)
        one = Holder(app, app.test_client(), f"/l/{link.token}", key, people)
        if is_proven:
            assert one.say_born(born).location == f"{one.door}/change"
        return one

    return held


def test_the_door_says_what_it_is_for_and_nothing_else(holder: Any) -> None:
    one = holder(is_proven=False)

    page = one.browser.page(one.door)

    assert page.h1.text == "Change your mind about a photo"
    assert "Testpatient" not in page.text
    assert one.browser.get(f"{one.door}/change").location == one.door


def test_what_is_live_is_shown_in_the_words_of_the_form(holder: Any) -> None:
    page = holder().page()

    said = words(page)
    assert "Can we take the photo and keep it in your GP record?" in said
    assert "Can we send the photo to Exampleton Hospital dermatology advice service?" in said
    assert "teach NHS staff" not in said
    assert not page.select("[checked]")
    ticked, all_ = page.select(".ch-pair button")
    assert ticked["class"] == all_["class"]


def test_nothing_stops_before_it_was_looked_at_once_more(holder: Any, clock: Any) -> None:
    one = holder()
    before = one.states(clock())

    reply = one.send("/change", grant=one.grant_of("send the photo"))

    assert "We will not send the photo again." in words(soup(reply))
    assert "The other service keeps its own record" in words(soup(reply))
    assert one.states(clock()) == before


def test_one_use_stops_at_once_and_the_rest_goes_on(holder: Any, app: Flask, clock: Any) -> None:
    one = holder()
    grant_id = one.grant_of("send the photo")

    reply = one.send("/change/stop", grant=grant_id)

    said = words(soup(reply))
    assert "We will not send the photo again." in said
    assert "What we cannot call back: The other service keeps its own record" in said
    assert "We write to you by 4 December 2026." in said
    assert one.states(clock()) == {
        "record": "granted",
        "share_care": "withdrawn",
        "teach_closed": "refused",
    }
    with app.extensions["lettergen"].sessions() as session:
        event = session.scalars(select(ConsentEvent).where(ConsentEvent.kind == "withdraw")).one()
        assert (event.how, event.by_role, event.by_name) == ("link", "patient", "Testpatient One")
        tasks = session.scalars(select(ConsentTask.kind)).all()
        assert "letter" in tasks
    assert "send the photo" not in words(one.page())


def test_every_logged_use_gets_its_task(holder: Any, app: Flask, people: Any, clock: Any) -> None:
    one = holder(CHILD)
    image = CHILD["images"][0]["image_id"]
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        rules = app.extensions["lettergen"].consents.terms(session, people.clinician)
        done = using.use(
            session,
            rules,
            people.clinician,
            image_id=image,
            purpose="teach_closed",
            intended=Use(),
            particulars=Particulars("Students placed at the practice", "Slides for Monday", 2),
            at=clock(),
        )
        assert done.row is not None
        use_id = done.row.id
    clock.now += timedelta(minutes=1)

    one.send("/change/stop", all="1", who="patient")

    with app.extensions["lettergen"].sessions() as session:
        tasks = session.scalars(select(ConsentTask).where(ConsentTask.use_id.is_not(None))).all()
        assert {task.use_id for task in tasks} == {use_id}
        # To stop within 5 working days, and to confirm within 20.
        assert len(tasks) == 2


def test_the_link_works_until_nothing_is_live(holder: Any, app: Flask) -> None:
    one = holder()
    one.send("/change/stop", grant=one.grant_of("send the photo"))
    assert app.test_client().get(one.door).status_code == 200

    reply = one.send("/change/stop", all="1")

    assert "This link has done its work, and ends now." in words(soup(reply))
    assert "Nothing is in use under this form any more." in words(one.page())
    other = app.test_client().get(one.door)
    assert other.status_code == 410
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalars(select(Link)).one().used_at is not None


def test_the_same_button_twice_stops_nothing_twice(holder: Any, app: Flask) -> None:
    one = holder()
    grant_id = one.grant_of("send the photo")
    one.send("/change/stop", grant=grant_id)

    reply = one.send("/change/stop", grant=grant_id)

    assert reply.status_code == 409
    with app.extensions["lettergen"].sessions() as session:
        events = session.scalars(select(ConsentEvent).where(ConsentEvent.kind == "withdraw")).all()
        assert len(events) == 1


@pytest.mark.parametrize("path", ["/change", "/change/stop"])
def test_another_patients_use_is_not_stopped(holder: Any, clock: Any, path: str) -> None:
    one, other = holder(), holder(CHILD)

    one.send(path, grant=other.grant_of("teach NHS staff"))

    assert other.states(clock())["teach_closed"] == "granted"


def test_to_choose_nothing_is_pointed_out(holder: Any) -> None:
    reply = holder().send("/change")

    assert reply.status_code == 422
    assert soup(reply).select_one(".nhsuk-error-summary a")["href"] == "#grant"


def test_who_decided_for_the_patient_is_asked_who_they_are(
    holder: Any, app: Flask, clock: Any
) -> None:
    one = holder(CHILD)

    lacking = one.send("/change", all="1")
    checked = one.send("/change", all="1", who="parent")
    one.send("/change/stop", grant=one.grant_of("teach NHS staff"), who="parent")

    assert "Choose who you are." in lacking.text
    assert soup(checked).select_one("[name=who]")["value"] == "parent"
    assert one.states(clock())["teach_closed"] == "withdrawn"
    with app.extensions["lettergen"].sessions() as session:
        event = session.scalars(select(ConsentEvent).where(ConsentEvent.kind == "withdraw")).one()
        assert (event.by_role, event.by_name) == ("parent", "Testmother Three")


def test_once_the_patient_decides_a_parent_is_told_so_and_the_patient_may(
    holder: Any, app: Flask, people: Any, clock: Any
) -> None:
    one = holder(CHILD)
    clock.now = clock.now.replace(year=2035)
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.scalars(select(Link)).one().expires_at = clock.now + timedelta(days=1)
    one.say_born(date(2018, 6, 20))
    if not one.page().select("[name=grant]"):
        pytest.fail("something should still be live")

    parents = one.send("/change/stop", all="1", who="parent")

    assert parents.status_code == 422
    assert "decides" in words(soup(parents))
    assert one.send("/change/stop", all="1", who="patient").status_code == 200


@pytest.mark.parametrize("ending", ["locked", "revoked", "expired"])
def test_a_link_that_ended_is_told_as_any_other(
    holder: Any, app: Flask, people: Any, clock: Any, ending: str
) -> None:
    one = holder(is_proven=False)
    if ending == "locked":
        for _ in range(5):
            one.say_born(date(1979, 5, 15))
    elif ending == "expired":
        clock.now += timedelta(days=3651)
    else:
        with app.extensions["lettergen"].sessions() as session, models.changing(session):
            link = session.scalars(select(Link)).one()
            links.revoke(session, people.clinician, link, at=clock())

    reply = one.browser.get(one.door)

    assert reply.status_code == 410
    assert "020 7946 0123" in words(soup(reply))


def test_what_another_site_sends_stops_nothing(holder: Any, clock: Any) -> None:
    one = holder()

    reply = one.browser.post(f"{one.door}/change/stop", data={"all": "1"})

    assert reply.status_code == 400
    assert one.states(clock())["record"] == "granted"
