"""The manager's page about requests: offers, switches, own words beside the shipped ones."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.catalogue.settings import RequestSettings
from lettergen.requests.triage import decide
from lettergen.web.requests.settings import pence_of, pounds_of, stale

PAGE = "/settings/requests"
CATALOGUE = catalogue.load(Places(Path("/nowhere")))
PRIVATE = [key for key, kind in CATALOGUE.types.items() if kind.is_private]


def terms(app, who):
    parts = app.extensions["lettergen"]
    with parts.sessions() as session:
        return parts.requests.terms(session, who)


def usual(**changes):
    return {
        "offered": PRIVATE,
        "patient_charging": "yes",
        "front_door_open": "yes",
        "waiver_cap": "100",
        "contact_role": "",
        **changes,
    }


def test_the_page_shows_all_private_work_ticked_and_nothing_else(manager):
    page = manager.page(PAGE)

    boxes = page.select("input[name=offered]")
    assert {box["value"] for box in boxes} == set(PRIVATE)
    assert all(box.has_attr("checked") for box in boxes)
    assert page.select_one("#paused").has_attr("checked") is False
    assert len(page.select("a[href*='/types/']")) == 106
    assert "Look through the list again" not in page.text


def test_what_is_unticked_is_declined_from_then_on(app, manager, people):
    offered = [key for key in PRIVATE if key != "d4_group2"]

    reply = manager.send(PAGE, **usual(offered=offered, waiver_cap="£62.50"))

    own = terms(app, people.receptionist)
    assert reply.status_code == 302
    assert decide(own.catalogue, {"type": "d4_group2"}).rule == "R20"
    assert own.settings.waiver_cap_pence == 6250
    assert not manager.page(PAGE).select_one("input[value=d4_group2]").has_attr("checked")
    assert terms(app, people.stranger).settings == RequestSettings()


def test_switches_are_kept_and_come_back(app, manager, people):
    fields = usual(paused="yes", contact_role="operations manager")
    del fields["front_door_open"]

    manager.send(PAGE, **fields)

    own = terms(app, people.manager).settings
    assert (own.paused, own.front_door_open, own.contact_role) == (
        True,
        False,
        "operations manager",
    )
    manager.send(PAGE, **usual())
    assert terms(app, people.manager).settings == RequestSettings()


def test_what_cannot_be_is_said_beside_its_box_and_nothing_is_lost(app, manager, people):
    wrong = usual(offered=PRIVATE[1:], waiver_cap="a lot", contact_role="the boss")

    reply = manager.send(PAGE, **wrong)

    assert reply.status_code == 422
    assert "Enter pounds, like 100 or 100.50" in reply.text
    assert 'value="the boss"' in reply.text
    assert terms(app, people.manager).settings == RequestSettings()


def test_own_words_of_a_reply_stand_beside_the_shipped_ones(app, manager, people):
    address = f"{PAGE}/replies/D05"

    manager.send(address, nameless="We write none.\r\n\r\nPlease ask the gym.", route="Ask  there.")

    own = terms(app, people.clinician).catalogue.replies["D05"]
    assert own.nameless == ("We write none.", "Please ask the gym.")
    assert own.route == "Ask there."
    page = manager.page(address)
    assert CATALOGUE.replies["D05"].nameless[0] in page.text
    assert "We write none." in page.select_one("#nameless").text
    assert "Own words" in manager.page(PAGE).text
    manager.send(address, nameless="", route="")
    assert terms(app, people.clinician).settings == RequestSettings()


def test_words_that_name_somebody_where_nobody_may_be_named_are_refused(app, manager, people):
    reply = manager.send(f"{PAGE}/replies/D01", nameless="About {patient}.")

    assert reply.status_code == 422
    assert "must name nobody" in reply.text
    assert terms(app, people.manager).settings == RequestSettings()


def test_a_kind_of_request_has_an_own_reason_and_a_local_rate(app, manager, people):
    address = f"{PAGE}/types/child_protection"

    manager.send(address, reply_text="Send it by\nthe day they name.", rate="95")

    own = terms(app, people.receptionist)
    assert own.catalogue.types["child_protection"].reply == "Send it by the day they name."
    assert own.settings.collaborative_pence == {"child_protection": 9500}
    page = manager.page(address)
    assert page.select_one("#rate")["value"] == "95"
    assert CATALOGUE.types["child_protection"].reply in page.text
    assert manager.send(address, rate="much").status_code == 422
    assert manager.page(f"{PAGE}/types/gym_fitness").select_one("#rate") is None


def test_what_does_not_exist_is_not_found(manager):
    assert manager.get(f"{PAGE}/replies/D99").status_code == 404
    assert manager.get(f"{PAGE}/types/nothing").status_code == 404


def test_only_a_manager_may_see_or_change_them(clinician, receptionist, client):
    assert clinician.get(PAGE).status_code == 403
    assert receptionist.send(PAGE, **usual()).status_code == 403
    assert client.get(PAGE).status_code == 302


def test_rows_that_nobody_reviewed_for_a_year_are_named(manager, clock):
    one = CATALOGUE.types["gym_fitness"]
    old = {"gym_fitness": replace(one, reviewed_on="2025-11-22")}

    assert stale(old, date(2026, 11, 22)) == []
    assert [kind.key for kind in stale(old, date(2026, 11, 23))] == ["gym_fitness"]
    clock.now = clock.now.replace(year=2027, day=30)
    page = manager.page(PAGE)
    assert "Look through the list again" in page.text
    assert "106 kinds of request were last reviewed more than 12 months ago" in " ".join(
        page.text.split()
    )


def test_pounds_are_read_and_written():
    texts = ["100", "£62.50", "1,000", "62.5", "-3", "", "１２", "99999999", ","]

    assert [pence_of(text) for text in texts] == [
        10_000,
        6_250,
        100_000,
        None,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [pounds_of(pence) for pence in (10_000, 6_250, 5)] == ["100", "62.50", "0.05"]
