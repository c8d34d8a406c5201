"""The set-up page of a consent: questions that are asked now, what stands in the way, and stops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from lettergen.calendar import local_day
from lettergen.consents import asking
from lettergen.consents.asking import HandOver, whose
from lettergen.consents.form.grammar import ConsentField
from lettergen.consents.form.terms import Terms
from lettergen.consents.rules.answering import is_asked, is_required
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.findings import Finding
from lettergen.models import ConsentDraft
from lettergen.web.consents import form
from lettergen.web.consents.form import ASK, ASK_LABEL, PARTS, TITLES
from lettergen.web.consents.panel import Card, Notice, Panel
from lettergen.web.forms.fill_page import PARTS as PARTS_OF_FILL
from lettergen.web.forms.fill_page import Note
from lettergen.web.forms.merging import Marks, Typed, question_of, written
from lettergen.web.forms.panel import Link, SectionState
from lettergen.web.forms.questions import Clash, Fold, Question, SectionOfForm, in_words, shape_of
from lettergen.web.forms.widgets import Control, draw

TEMPLATE = "web/consents/parts.html"
ROUTE = "decision_maker.route"
SAFEGUARDING = "ask at the practice if you do not know who it is"
PLACES = {
    "photo.chaperone": "photo.chaperone.offered",
    "decision_maker.caldicott_signoff": "decision_maker.caldicott_signoff.name",
    "purposes": ASK,
    "purposes.present_external": "purposes.present_external.event",
}
PROXIES = ("parent", "attorney", "deputy")


@dataclass(frozen=True)
class SetUpPage:
    """A consent being set up, as one person sees it: what is saved, and what this window posted."""

    draft: ConsentDraft
    terms: Terms
    at: datetime
    saved_at: str
    posted: Typed
    base: Marks
    clashes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    is_checked: bool = False
    routes_drawn: str | None = None

    @cached_property
    def saved(self) -> Typed:
        """What is saved, as the form posts it."""
        return form.typed_of(self.draft.answers, self.terms.catalogue)

    @cached_property
    def on_page(self) -> Typed:
        """What the page holds: the saved text, but this window's own where two texts clash."""
        clash = set(self.clashes)
        kept = {name: v for name, v in self.saved.items() if question_of(name) not in clash}
        own = {name: v for name, v in self.posted.items() if question_of(name) in clash}
        return {**kept, **own}

    @cached_property
    def found(self) -> HandOver:
        """What the rules say of the set-up."""
        return asking.set_up(self.draft.answers, self.terms, at=self.at)

    @cached_property
    def case(self) -> Case:
        """The set-up as the rules look at it, as if all were agreed to."""
        on = local_day(self.at)
        return Case(
            self.found.checked.answers, self.terms.catalogue, self.terms.settings, on, self.at
        )

    @cached_property
    def shown(self) -> frozenset[str]:
        """The names of the questions that are asked now."""
        fields = form.questions(self.terms.catalogue)
        return frozenset({ASK, *(one.name for one in fields if self._is_shown(one))})

    @cached_property
    def wrong(self) -> dict[str, str]:
        """Question → what is wrong; what is missing only once a check was asked for."""
        found: dict[str, str] = {}
        for field, texts in self.found.errors.items():
            name = self.place_of(field)
            if name and (self.is_checked or not self._is_blank(name)):
                found.setdefault(name, texts[0])
        return found

    @property
    def revision(self) -> int:
        """The revision that is saved."""
        return self.draft.revision

    @property
    def written_base(self) -> str:
        """The marks of what the page holds, for its hidden input."""
        return written(self.base)

    @property
    def patient(self) -> str:
        """Whose photo it is about."""
        return str(whose.value_at(self.draft.answers, "patient.full_name") or "")

    @property
    def cards(self) -> tuple[Card, ...]:
        """The stops that take the place of going on."""
        known = (self.terms.catalogue.card(one) for one in self.found.stops)
        return tuple(
            Card(
                card.id,
                card.title,
                card.text,
                tuple(step.format(safeguarding=SAFEGUARDING) for step in card.steps),
                card.carry_on,
            )
            for card in known
            if card is not None
        )

    @property
    def faults(self) -> list[dict[str, str]]:
        """All that stands in the way, for the summary at the top after a check."""
        if not self.is_checked:
            return []
        links = (self.link(field, text) for field, text in self._said())
        return [{"text": link.text, "href": f"#{link.id}"} for link in links]

    @property
    def sections(self) -> tuple[SectionOfForm, ...]:
        """The form."""
        return tuple(self._section(name) for name in TITLES)

    @property
    def states(self) -> tuple[SectionState, ...]:
        """The side list."""
        return tuple(SectionState(name, title, self._state(name)) for name, title in TITLES.items())

    @property
    def panel(self) -> Panel:
        """What stands in the way, at the side."""
        needed = [
            one for one in self._asked_fields() if is_required(self.case, one) or self._is_key(one)
        ]
        open_ = [one.name for one in needed if self._is_blank(one.name)]
        open_ += [] if self.on_page.get(ASK) else [ASK]
        rules = [one for one in self.found.checked.findings if one.rule_id in self.found.stops]
        stops = [one for one in rules if one.field in self.found.errors]
        stops = [one for one in stops if not self._is_blank(self.place_of(one.field) or "")]
        return Panel(
            is_ready=self.found.is_ready and not self.clashes,
            is_clinicians=self.found.is_clinicians,
            answered=len(needed) + 1 - len(open_),
            needed=len(needed) + 1,
            stops=tuple(self._notice(one) for one in stops),
            errors=tuple(
                self.link(field, text)
                for field, text in self._said()
                if not self._is_blank(self.place_of(field) or "")
                and text not in {one.message for one in stops}
            ),
            warnings=tuple(
                self._notice(one) for one in self.found.warnings if one.rule_id[:1] == "W"
            ),
            missing=tuple(self._named(name) for name in open_),
        )

    def answer(self) -> dict[str, Any]:
        """Return what a save by script renews on the page, as the fill page's script reads it."""
        routes = self._routes()
        drawn = self._question(self.terms.catalogue.field(ROUTE))
        is_redrawn = self.routes_drawn is not None and self.routes_drawn != ",".join(routes)
        return {
            "revision": self.revision,
            "base": self.written_base,
            "saved_at": self.saved_at,
            "patient": self.patient,
            "shown": sorted(self.shown),
            "errors": self.wrong,
            "advice": {},
            "set": self._changed(),
            "redrawn": {ROUTE: _drawn("question_of", drawn)} if is_redrawn else {},
            "clashes": {name: _drawn("clash_of", self._clash(name)) for name in self.clashes},
            "cards": {},
            "sections": [
                {
                    "id": one.id,
                    "more_words": one.fold.words,
                    "more_count": one.fold.count,
                    "is_more_open": one.fold.is_open,
                }
                for one in self.sections
            ],
            "sections_html": _drawn("sections", self.states),
            "panel_html": _drawn("panel", self.panel),
            # Stops come and go with the answers.
            "has_notes": True,
            "notes_html": _drawn("top", self),
        }

    def link(self, field: str, text: str) -> Link:
        """Return a message as a link to where it is mended."""
        name = self.place_of(field)
        words = form.named(self.terms.catalogue, field, text)
        return Link(words, self._anchor(name) if name else "fill-ready")

    def place_of(self, field: str) -> str | None:
        """Return the question at which a finding is said, or None if the page has none."""
        if whose.is_decision(field):
            return ASK
        name = PLACES.get(field, field)
        if name in self.shown or name in self._names:
            return name
        return next((one for one in self._names if one.startswith(f"{name}.")), None)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(one.name for one in form.questions(self.terms.catalogue))

    def _is_shown(self, one: ConsentField) -> bool:
        key = form.purpose_of(one)
        if key and key not in self.on_page.get(ASK, ()):
            return False
        if one.name == "decision_maker.name":
            return (self.case.stated_route.code if self.case.stated_route else "") in PROXIES
        if one.name.startswith("decision_maker.caldicott_signoff."):
            is_wanted = "decision_maker.caldicott_signoff" in self.found.errors
            return is_wanted or not self._is_blank(one.name)
        if one.name == "purposes.teach_closed.anonymise_reason":
            hidden = self.case.get("purposes.teach_closed.anonymise") or ()
            return "none_needed" in hidden or not self._is_blank(one.name)
        if one.name in form.IF_NEEDED and self._is_blank(one.name):
            return is_asked(self.case, one) and is_required(self.case, one)
        return is_asked(self.case, one)

    def _asked_fields(self) -> Iterator[ConsentField]:
        fields = form.questions(self.terms.catalogue)
        return (one for one in fields if one.name in self.shown)

    def _is_key(self, one: ConsentField) -> bool:
        return one.name in form.ESSENTIAL and one.name not in ("photo.identifiable_by", ASK)

    def _is_blank(self, name: str) -> bool:
        names = (name, *(f"{name}-{part}" for part in PARTS))
        return not any(any(self.on_page.get(one, ())) for one in names)

    def _said(self) -> Iterator[tuple[str, str]]:
        for field, texts in self.found.errors.items():
            yield from ((field, text) for text in texts)

    def _section(self, name: str) -> SectionOfForm:
        fields = [
            one for one in form.questions(self.terms.catalogue) if form.section_of(one) == name
        ]
        essentials = [self._question(one) for one in fields if not form.is_folded(one)]
        if name == "uses":
            essentials.insert(0, self._ask())
        folded = [one for one in fields if form.is_folded(one)]
        asked = [one for one in folded if one.name in self.shown]
        is_open = any(
            one.name in self.wrong
            or one.name in self.clashes
            or (self._is_blank(one.name) and is_required(self.case, one))
            for one in asked
        )
        return SectionOfForm(
            id=name,
            title=TITLES[name],
            hint=form.HINTS.get(name, ""),
            essentials=tuple(essentials),
            details=tuple(self._question(one) for one in folded),
            fold=Fold(len(asked), is_open),
            none_count=0,
        )

    def _question(self, one: ConsentField) -> Question:
        is_route = one.name == ROUTE
        field = form.drawn_as(one, self._routes() if is_route else self._offered(one))
        control = draw(Control(field, one.name, self.on_page, self.wrong.get(one.name, "")))
        if is_route:
            drawn = Markup('<input type="hidden" name="routes" value="{}">')
            control += drawn.format(",".join(self._routes()))
        return Question(
            name=one.name,
            kind=field.type,
            label=field.label,
            hint=field.hint,
            shape=shape_of(field),
            is_shown=one.name in self.shown,
            control=control,
            error=self.wrong.get(one.name, ""),
            why=one.why,
            clash=self._clash(one.name) if one.name in self.clashes else None,
        )

    def _ask(self) -> Question:
        field = form.ask_field(self.terms.catalogue)
        return Question(
            name=ASK,
            kind=field.type,
            label=field.label,
            hint="",
            shape="wide",
            is_shown=True,
            control=draw(Control(field, ASK, self.on_page, self.wrong.get(ASK, ""))),
            error=self.wrong.get(ASK, ""),
            clash=self._clash(ASK) if ASK in self.clashes else None,
        )

    def _routes(self) -> list[str]:
        return list(self.found.checked.computed["routes"])

    def _offered(self, one: ConsentField) -> tuple[str, ...] | None:
        if one.name == "purposes.share_care.channel":
            return self.terms.settings.channels
        is_phone = one.name == "photo.device" and not self.terms.settings.personal_phone_allowed
        if not is_phone:
            return None
        personal = self.terms.catalogue.lists["personal_devices"]
        return tuple(option.code for option in one.options if option.code not in personal)

    def _clash(self, name: str) -> Clash:
        known: Mapping[str, ConsentField] = self.terms.catalogue.by_name
        field = form.ask_field(self.terms.catalogue) if name == ASK else form.drawn_as(known[name])
        return Clash(
            name=name,
            label=field.label,
            theirs=in_words(field, name, self.saved),
            mine=in_words(field, name, self.posted),
            by=self.draft.saver.name if self.draft.saver else "somebody",
            at=self.saved_at,
        )

    def _notice(self, one: Finding) -> Notice:
        name = self.place_of(one.field)
        return Notice(one.rule_id, one.message, (self._named(name),) if name else ())

    def _named(self, name: str) -> Link:
        label = ASK_LABEL if name == ASK else self.terms.catalogue.field(name).label
        return Link(label, self._anchor(name))

    def _anchor(self, name: str) -> str:
        is_date = name != ASK and self.terms.catalogue.field(name).type == "date"
        return f"field-{name}-day" if is_date else f"field-{name}"

    def _state(self, section: str) -> str:
        names = [one.name for one in self._asked_fields() if form.section_of(one) == section]
        names += [ASK] if section == "uses" else []
        if any(name in self.wrong for name in names):
            return "wrong"
        errors = {self.place_of(field) for field in self.found.errors}
        if not any(name in errors for name in names):
            return "done"
        return "empty" if all(self._is_blank(name) for name in names) else "started"

    def _changed(self) -> Typed:
        names = {*self.posted, *self.on_page}
        texts = {
            name: [value for value in self.on_page.get(name, ()) if value] for name in sorted(names)
        }
        return {
            name: text
            for name, text in texts.items()
            if text != [value for value in self.posted.get(name, ()) if value]
        }


def _drawn(macro: str, thing: Any) -> str:
    template = TEMPLATE if macro in ("top", "panel") else PARTS_OF_FILL
    return str(get_template_attribute(template, macro)(thing)).strip()
