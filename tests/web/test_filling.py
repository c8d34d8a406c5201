"""Filling a form, as the server sees it: what is saved, merged, shown and told."""

import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from lettergen import documents, forms, models
from lettergen.accounts import Actor

NASTY = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> '
    "{{ 7*7 }} {% raw %} ${7*7} \ue000value\ue001"
)


class Filler:
    """A page of a form in the hands of somebody without script, or of a script."""

    def __init__(
        self, app: Flask, client: Any, actor: Actor, slug: str, answers: dict[str, Any]
    ) -> None:
        self.client, self.actor = client, actor
        self.standing = app.extensions["lettergen"]
        self.draft_id = self._start(slug, answers)
        self.address = f"/drafts/{self.draft_id}"
        self.token = client.token()

    def open(self, query: str = "") -> BeautifulSoup:
        return self.client.page(self.address + query)

    def fields(self) -> dict[str, list[str]]:
        """What a browser would post of the page as it stands, its hidden fields included."""
        return posted(self.open())

    def save(self, fields: dict[str, Any], go: str = "save") -> Any:
        return self.client.post(self.address, data={**fields, "go": go})

    def autosave(self, fields: dict[str, Any], go: str = "save") -> Any:
        reply = self.client.post(f"{self.address}/autosave", data={**fields, "go": go})
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    @property
    def draft(self) -> models.Draft:
        with self.standing.sessions() as session:
            draft = session.get(models.Draft, self.draft_id)
            assert draft is not None
            return draft

    def keep(self, typed: dict[str, list[str]]) -> None:
        """Save something as another window would."""
        with self.standing.sessions() as session, models.changing(session):
            draft = session.get(models.Draft, self.draft_id)
            documents.save(
                session,
                self.standing.office,
                self.actor,
                self.draft_id,
                {**draft.typed, **typed},
                revision=draft.revision,
                at=self.standing.clock(),
            )

    def _start(self, slug: str, answers: dict[str, Any]) -> str:
        office, at = self.standing.office, self.standing.clock()
        kind = office.library.get(slug)
        typed = {**forms.initial(kind, at.date()), **forms.flatten(kind, answers)}
        with self.standing.sessions() as session, models.changing(session):
            draft = documents.start(session, office, self.actor, slug, at=at, typed=typed)
            session.flush()
            return draft.id


@pytest.fixture
def filler(app: Flask, clinician: Any, people: Any) -> Any:
    """Return a function: answers → a draft that holds them, in the clinician's hands."""
    return lambda **answers: Filler(app, clinician, people.clinician, "adhd-referral", answers)


def posted(page: BeautifulSoup) -> dict[str, list[str]]:
    """Return what a browser would post of the form on a page."""
    found: dict[str, list[str]] = {}
    for one in page.select("#fill input, #fill textarea, #fill select"):
        name, kind = one.get("name"), one.get("type")
        if kind in ("radio", "checkbox") and not one.has_attr("checked"):
            continue
        if one.name == "textarea":
            value = one.text
        elif one.name == "select":
            chosen = one.select_one("option[selected]")
            value = chosen["value"] if chosen else ""
        else:
            value = one.get("value", "")
        found.setdefault(name, []).append(value)
    return found


def test_the_page_holds_what_was_typed_and_posts_it_back(filler: Any) -> None:
    page = filler(
        given_name="Rowan",
        date_of_birth="1998-04-12",
        symptoms_inattention=["ina_sustain", "ina_forget"],
        medications=["Salbutamol inhaler", "Paracetamol"],
        allergies=["No known allergies"],
        alcohol_units_week="not_asked",
        other_scales=[{"name": "PHQ-9", "score": "7/27"}],
    )

    page.save(page.fields())

    typed = page.draft.typed
    assert typed["given_name"] == ["Rowan"]
    assert [typed[f"date_of_birth-{part}"] for part in ("day", "month", "year")] == [
        ["12"],
        ["4"],
        ["1998"],
    ]
    assert typed["symptoms_inattention"] == ["ina_sustain", "ina_forget"]
    assert typed["medications"] == ["Salbutamol inhaler\nParacetamol"]
    assert typed["allergies-none"] == ["y"]
    assert typed["alcohol_units_week"] == ["not_asked"]
    assert typed["other_scales-0-score"] == ["7/27"]


def test_a_hidden_question_is_on_the_page_and_its_text_stays_in_the_draft(filler: Any) -> None:
    page = filler(
        date_of_birth="1990-01-02", risk_suicide_now="yes", crisis_action="Called 111 now."
    )

    answer = page.autosave({**page.fields(), "risk_suicide_now": "no"})

    assert "crisis_action" not in answer["shown"]
    assert page.draft.typed["crisis_action"] == ["Called 111 now."]
    assert page.open().select_one("#crisis_action").has_attr("hidden")


def test_wrong_input_is_kept_and_told_at_its_question(filler: Any) -> None:
    page = filler()
    fields = page.fields()

    page.save(
        {
            **fields,
            "nhs_number": "999 000 6009",
            "date_of_birth-day": "31",
            "date_of_birth-month": "2",
            "date_of_birth-year": "2001",
        }
    )

    shown = page.open()
    assert shown.select_one("#field-nhs_number")["value"] == "999 000 6009"
    assert shown.select_one("#field-nhs_number-error")
    assert shown.select_one("#field-date_of_birth-day")["value"] == "31"
    assert shown.select_one("#field-date_of_birth-error")
    assert [link["href"] for link in shown.select("[data-part=errors] a")] == [
        "#field-date_of_birth-day",
        "#field-nhs_number",
    ]


def test_every_link_of_the_panel_and_the_summary_leads_to_a_control(filler: Any) -> None:
    page = filler(date_of_birth="2015-01-02", risk_suicide_now="yes", route="rtc", asrs_done="no")

    shown = page.open("?check=1")

    links = shown.select(".fill-panel a, .nhsuk-error-summary a, .fill-sections a")
    targets = {link["href"] for link in links}
    assert len(targets) > 40
    assert [one for one in targets if not shown.select_one(f'[id="{one[1:]}"]')] == []


def test_text_is_never_markup_whatever_it_holds(filler: Any) -> None:
    page = filler()
    form = page.open()
    named = {one["name"] for one in form.select("#fill input[type=text], #fill textarea")}
    fields = page.fields()

    page.save({**fields, **dict.fromkeys(named, NASTY)})
    shown = page.open("?check=1")
    answer = page.autosave(page.fields())

    assert named > {"given_name", "address_lines", "medications", "nhs_number"}
    assert shown.select_one("#field-given_name")["value"] == NASTY
    assert shown.select_one("#field-address_lines").text.strip() == NASTY
    parts = [answer["panel_html"], answer["notes_html"], *answer["cards"].values()]
    for piece in (shown, *(BeautifulSoup(part, "html5lib") for part in parts)):
        assert [one for one in piece.select("script") if "alert" in one.text] == []
        assert piece.select("img, [onerror]") == []


def test_clashing_text_is_never_markup(filler: Any) -> None:
    page = filler()
    fields = page.fields()
    page.keep({"pmh": [NASTY]})

    reply = page.save({**fields, "pmh": NASTY + " mine"})

    shown = BeautifulSoup(reply.text, "html5lib")
    assert [one.text for one in shown.select(".fill-clash__text")] == [NASTY, NASTY + " mine"]
    assert shown.select(".fill-clash script, .fill-clash img") == []


def test_two_windows_merge_question_by_question(filler: Any) -> None:
    page = filler(given_name="Ro")
    fields = page.fields()
    page.keep({"family_name": ["Testerby"], "risk_harm_others": ["no"]})

    answer = page.autosave({**fields, "given_name": "Rowan"})

    typed = page.draft.typed
    assert (typed["given_name"], typed["family_name"]) == (["Rowan"], ["Testerby"])
    assert answer["set"] == {"family_name": ["Testerby"], "risk_harm_others": ["no"]}
    assert "Family name" in answer["notes_html"]
    assert answer["clashes"] == {}


def test_a_question_emptied_elsewhere_is_emptied_here(filler: Any) -> None:
    page = filler(given_name="Rowan", symptoms_inattention=["ina_sustain"])
    fields = page.fields()
    page.keep({"symptoms_inattention": [], "given_name": [""]})

    answer = page.autosave(fields)

    assert answer["set"]["symptoms_inattention"] == []
    assert page.draft.typed["given_name"] == [""]


def test_of_two_texts_for_one_question_neither_wins_until_chosen(filler: Any) -> None:
    page = filler()
    fields = page.fields()
    page.keep({"symptom_examples": ["Loses keys."]})
    mine = {**fields, "symptom_examples": "Forgets the oven.", "given_name": "Rowan"}

    first = page.autosave(mine)
    again = page.autosave({**mine, "base": first["base"], "revision": first["revision"]})

    assert page.draft.typed["symptom_examples"] == ["Loses keys."]
    assert page.draft.typed["given_name"] == ["Rowan"]
    for answer in (first, again):
        clash = BeautifulSoup(answer["clashes"]["symptom_examples"], "html5lib").text
        assert "Loses keys." in clash
        assert "Forgets the oven." in clash
        assert "symptom_examples" not in answer["set"]

    kept = page.autosave({**mine, "base": again["base"]}, go="keep:symptom_examples")

    assert kept["clashes"] == {}
    assert page.draft.typed["symptom_examples"] == ["Forgets the oven."]


def test_the_saved_text_can_be_taken(filler: Any) -> None:
    page = filler()
    fields = page.fields()
    page.keep({"symptom_examples": ["Loses keys."]})

    answer = page.autosave({**fields, "symptom_examples": "Mine."}, go="take:symptom_examples")

    assert answer["set"]["symptom_examples"] == ["Loses keys."]
    assert page.draft.typed["symptom_examples"] == ["Loses keys."]


def test_a_page_without_marks_and_of_an_old_revision_overwrites_nothing(filler: Any) -> None:
    page = filler()
    fields = {**page.fields(), "base": "", "given_name": "Rowan"}
    page.keep({"given_name": ["Ro"]})

    answer = page.autosave(fields)

    assert "given_name" in answer["clashes"]
    assert page.draft.typed["given_name"] == ["Ro"]


def test_the_same_save_twice_is_no_clash(filler: Any) -> None:
    page = filler()
    fields = {**page.fields(), "given_name": "Rowan"}

    page.autosave(fields)
    answer = page.autosave(fields)

    assert answer["clashes"] == {}
    assert answer["set"] == {}


def test_a_date_that_was_supplied_whole_is_no_change_when_it_comes_in_boxes(filler: Any) -> None:
    page = filler(date_of_birth="1998-04-12")
    fields = page.fields()
    page.keep({"date_of_birth": ["1998-04-13"]})

    answer = page.autosave(fields)

    assert answer["clashes"] == {}
    assert answer["set"]["date_of_birth-day"] == ["13"]


def test_asked_about_all_none_answers_what_is_open_and_nothing_else(filler: Any) -> None:
    page = filler(
        date_of_birth="1990-01-02", risk_harm_others="not_asked", cardiac_flags=["murmur"]
    )

    answer = page.autosave(page.fields(), go="none:safety")

    typed = page.draft.typed
    assert typed["risk_suicide_now"] == ["no"]
    assert typed["other_medical_flags"] == ["none"]
    assert typed["risk_harm_others"] == ["not_asked"]
    assert typed["cardiac_flags"] == ["murmur"]
    assert answer["set"]["risk_suicide_now"] == ["no"]
    assert "crisis_action" not in answer["shown"]
    assert "answered with none or no" in answer["notes_html"]


def test_asked_about_all_none_answers_no_hidden_question(filler: Any) -> None:
    page = filler(date_of_birth="2020-01-02")

    page.save(page.fields(), go="none:safety")

    assert not any(page.draft.typed.get("risk_eating_disorder", ()))


def test_a_service_brings_its_route_unless_somebody_chose_another(filler: Any) -> None:
    free, chosen = filler(), filler(route="rtc")
    name = "Exampleshire Adult ADHD Service"

    answer = free.autosave({**free.fields(), "service_name": name})
    chosen.save({**chosen.fields(), "service_name": name})

    assert free.draft.typed["route"] == ["local_nhs"]
    assert answer["set"]["route"] == ["local_nhs"]
    assert "Checked on" in answer["cards"]["service_name"]
    assert chosen.draft.typed["route"] == ["rtc"]


def test_an_old_entry_of_the_directory_is_said_to_be_old(
    filler: Any, clock: Any, people: Any
) -> None:
    page = filler(service_name="Exampleshire Adult ADHD Service")
    fresh = page.open().select_one(".fill-card").text
    clock.now = clock.now.replace(year=2027)

    page.client.sign_in("clinician@example.com", people.password)
    stale = page.open().select_one(".fill-card").text

    assert "long time ago" not in fresh
    assert "long time ago" in stale


def test_rows_are_added_and_removed_without_script(filler: Any) -> None:
    page = filler(other_scales=[{"name": "PHQ-9", "score": "7/27"}])

    page.save(page.fields(), go="add:other_scales")
    added = page.fields()
    page.save({**added, "other_scales-1-score": "6/21"}, go="remove:other_scales-0")

    assert added["other_scales-1-score"] == [""]
    typed = page.draft.typed
    assert typed["other_scales-1-score"] == ["6/21"]
    assert "other_scales-0-score" not in typed


def test_no_more_rows_are_added_than_the_form_allows(filler: Any) -> None:
    rows = [{"name": "PHQ-9", "score": str(number)} for number in range(12)]
    page = filler(other_scales=rows)
    most = len(page.open().select(".fill-row"))

    for _ in range(3):
        page.save(page.fields(), go="add:other_scales")

    assert most == 12
    assert len(page.open().select(".fill-row")) == most


def test_an_optional_fold_opens_by_itself_when_something_is_in_it(filler: Any) -> None:
    empty, filled = filler(), filler(preferred_name="Ro")

    closed, opened = (page.open().select_one("[data-more=patient]") for page in (empty, filled))

    assert not closed.has_attr("open")
    assert opened.has_attr("open")
    assert "more questions, optional" in closed.summary.text


def test_a_number_counts_before_the_word_beside_it(filler: Any) -> None:
    page = filler(date_of_birth="1990-01-02")

    page.save({**page.fields(), "alcohol_units_week": ["12", "not_asked"]})

    assert page.draft.typed["alcohol_units_week"] == ["12"]


def test_lines_that_were_pasted_stay_lines(filler: Any) -> None:
    page = filler()

    page.save({**page.fields(), "medications": "Salbutamol\r\n\r\nParacetamol\r\n"})

    assert page.draft.typed["medications"] == ["Salbutamol\n\nParacetamol\n"]
    assert page.open().select_one("#field-medications").text == "Salbutamol\n\nParacetamol\n"


def test_text_of_a_question_that_is_gone_is_shown_until_it_is_removed(filler: Any) -> None:
    page = filler()
    page.keep({"old_question": ["Written last year"]})

    page.save(page.fields())
    shown = page.open()
    page.save(page.fields(), go="drop:old_question")

    assert "Written last year" in shown.select_one(".fill-stray").text
    assert "old_question" not in page.draft.typed


def test_measured_seconds_are_kept_and_bounded(filler: Any, clock: Any) -> None:
    page = filler()
    fields = page.fields()
    clock.now += timedelta(minutes=5)

    page.autosave({**fields, "seconds": "40"})
    page.autosave({**fields, "seconds": "-5"})
    page.autosave({**fields, "seconds": "a lot"})

    assert page.draft.seconds == 40


def test_a_review_too_early_comes_back_with_everything_listed(filler: Any) -> None:
    page = filler(given_name="Rowan")

    reply = page.save(page.fields(), go="review")

    assert reply.status_code == 302
    assert reply.location.endswith("check=1")
    shown = page.open("?check=1")
    summary = shown.select_one(".nhsuk-error-summary").text
    assert shown.title.text.startswith("Error: ")
    assert "Needed: Family name" in summary
    assert "Given name" not in summary


def test_missing_answers_are_no_errors_until_a_review_is_asked_for(filler: Any) -> None:
    page = filler()

    before = page.autosave(page.fields())["errors"]
    after = page.autosave({**page.fields(), "check": "1"})["errors"]

    assert "given_name" not in before
    assert "needed" in after["given_name"]


def test_a_reason_is_posted_from_the_panel(filler: Any) -> None:
    page = filler(date_of_birth="1990-01-02", asrs_done="no")
    fields = page.fields()
    assert fields["override_reasons-W09"] == [""]

    page.save({**fields, "override_reasons-W09": "Will complete it with the service."})

    notice = page.open().select_one("[data-notice=W09]")
    assert "fill-notice--settled" in notice["class"]
    assert notice.textarea.text == "Will complete it with the service."


def test_two_stops_over_one_draft_are_links_to_their_questions(filler: Any) -> None:
    page = filler(date_of_birth="1990-01-02", risk_suicide_now="yes", consent_referral="no")

    stops = page.open().select("[data-part=stops] li")

    assert {one.select_one(".fill-notice__id").text for one in stops} == {"S01", "S02"}
    assert stops[0].select_one("a")["href"] == "#field-consent_referral"


def test_another_practice_sees_and_saves_nothing(filler: Any, stranger: Any) -> None:
    page = filler(given_name="Rowan")
    fields = {**page.fields(), "csrf_token": stranger.token()}

    seen = stranger.get(page.address)
    saved = stranger.post(page.address, data={**fields, "given_name": "Mallory"})
    autosaved = stranger.post(f"{page.address}/autosave", data={**fields, "given_name": "Mallory"})

    assert [one.status_code for one in (seen, saved, autosaved)] == [404, 404, 404]
    assert page.draft.typed["given_name"] == ["Rowan"]


def test_a_save_without_a_token_is_refused(filler: Any) -> None:
    page = filler(given_name="Rowan")
    fields = {**page.fields(), "csrf_token": "", "given_name": "Mallory"}

    reply = page.client.post(f"{page.address}/autosave", data=fields)

    assert reply.status_code == 400
    assert page.draft.typed["given_name"] == ["Rowan"]


def test_a_discarded_draft_says_so_to_the_script(filler: Any) -> None:
    page = filler()
    fields = page.fields()
    page.client.post(f"{page.address}/discard", data={"csrf_token": page.token})

    reply = page.client.post(f"{page.address}/autosave", data=fields)

    assert reply.status_code == 404
    assert "discarded" in reply.get_json()["error"]


def test_the_answer_to_a_script_is_json_that_a_page_can_use(filler: Any) -> None:
    page = filler(date_of_birth="1990-01-02")

    answer = page.autosave({**page.fields(), "given_name": "Jo", "family_name": "Oh"})

    assert json.loads(answer["base"])["given_name"]
    assert answer["saved_at"] == "10:30"
    assert answer["patient"] == "Jo Oh"
    assert {"revision", "shown", "errors", "advice", "sections", "panel_html"} <= set(answer)
