"""A patient at the questions about a photo, in a browser: on the practice's tablet or by a link."""

import base64
import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from PIL import Image, ImageDraw
from werkzeug.test import TestResponse

from lettergen import models
from lettergen.consents import asking
from lettergen.models import ConsentDraft
from tests.consent_asking.cases import ADULT, TOLD

PIN = "2580"
BORN = {"day": "2", "month": "4", "year": "1958"}
CHILD_BORN = {"day": "1", "month": "6", "year": "2018"}
LINE = [(20, 60), (60, 20), (100, 70), (150, 30), (220, 65)]


def picture(points: list[tuple[int, int]] = LINE) -> str:
    """Return a drawn name as a browser sends it."""
    canvas = Image.new("RGBA", (400, 120))
    if points:
        ImageDraw.Draw(canvas).line(points, fill="black", width=4)
    target = BytesIO()
    canvas.save(target, "PNG")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()


def strokes(points: list[tuple[int, int]] = LINE, **more: Any) -> str:
    """Return the places of a drawn name as a browser sends them."""
    return json.dumps([{"points": [{"x": x, "y": y, **more} for x, y in points]}])


def drawn(name: str, points: list[tuple[int, int]] = LINE) -> dict[str, str]:
    """Return what the form for a drawn name holds."""
    return {"name": name, "mark": picture(points), "strokes": strokes(points)}


def words(page: BeautifulSoup) -> str:
    """Return what the main part of a page says."""
    return " ".join(page.select_one("main").get_text(" ").split())


@dataclass
class Patient:
    """Somebody in front of the questions; `root` is /choose, or that behind a link."""

    app: Flask
    browser: Any
    root: str
    draft_id: str
    practice_id: str

    def page(self, path: str = "") -> BeautifulSoup:
        """Return one of the pages."""
        return self.browser.page(self.root + path)

    def send(self, path: str = "", /, **fields: Any) -> TestResponse:
        """Post a form of one of the pages."""
        with_form = "/tablet" if self.root == "/choose" else "/l"
        token = self.browser.page(with_form).select_one("[name=csrf_token]")["value"]
        fields = {name.replace("__", "."): value for name, value in fields.items()}
        return self.browser.post(self.root + path, data={**fields, "csrf_token": token})

    def use(self, key: str, decision: str) -> TestResponse:
        """Answer about one use."""
        reply = self.send(f"/use/{key}", decision=decision)
        assert reply.status_code == 303, reply.text
        return reply

    def tick_all(self) -> TestResponse:
        """Tick all that was explained."""
        return self.send("/more/told", **{f"information_given.{one}": "yes" for one in TOLD})

    def answer_all(self, **decisions: str) -> None:
        """Answer every use, yes unless said otherwise, and what belongs to them."""
        self.say_born()
        for key in asking.asked(self.draft().answers):
            self.use(key, decisions.get(key, "yes"))
        if self.draft().answers["decision_maker"]["route"] == "parent":
            self.send("/child", view="agrees")
        self.tick_all()

    def say_born(self, born: dict[str, str] | None = None) -> TestResponse:
        """Say the date of birth of the person in the photo."""
        year, month, day = self.draft().answers["patient"]["date_of_birth"].split("-")
        return self.send("/born", **(born or {"day": day, "month": month, "year": year}))

    def shown(self) -> str:
        """Return the hash of what the summary shows."""
        link = self.page("/summary").select_one("a.ch-go")
        return str(link["href"].rpartition("shown=")[2])

    def sign(self, role: str, how: str, **fields: Any) -> TestResponse:
        """Sign under what the summary shows now, unless something else was shown."""
        shown = fields.pop("shown", None) or self.shown()
        return self.send(f"/sign/{role}/{how}", shown=shown, **fields)

    def draft(self) -> ConsentDraft:
        """Return the consent as it stands in the database."""
        with self.app.extensions["lettergen"].sessions() as session:
            one = asking.offered(session, self.practice_id, self.draft_id)
            assert one is not None
            _ = one.answers, one.shown
            session.expunge(one)
            return one

    def said(self, dotted: str) -> Any:
        """Return an answer by its dotted name."""
        found: Any = self.draft().answers
        for part in dotted.split("."):
            found = (found or {}).get(part)
        return found


def begin(app: Flask, people: Any, answers: dict[str, Any] = ADULT, *, at: Any) -> str:
    """Begin a consent as the clinician; return its id."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        return asking.start(
            session, parts.consents.catalogue, people.clinician, at=at, answers=answers
        ).id
