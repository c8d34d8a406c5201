"""What a practice decides for itself about requests: for its manager."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.calendar import local_day, whole_months_between
from lettergen.requests.catalogue import own_settings, settings
from lettergen.requests.catalogue.grammar import TURNED_AWAY, Reply, Type
from lettergen.requests.catalogue.own_words import LISTS, PARTS, worded
from lettergen.requests.catalogue.plainness import remarks
from lettergen.requests.catalogue.settings import BadRequestSettings, as_stored
from lettergen.requests.catalogue.standing import Terms
from lettergen.web.base.context import actor, changing, looking, now, standing
from lettergen.web.base.entry import enter

request_settings = Blueprint("request_settings", __name__)

STALE_MONTHS = 12
MOST_DIGITS = 7
PART_TITLES = {
    "named": "When the patient may be named",
    "nameless": "When nobody may be named",
    "authority": "Authority",
    "route": "What to use instead",
    "reopens": "What would reopen it",
}
SWITCHES = ("patient_charging", "paused", "front_door_open")
_POUNDS = re.compile(r"£?\s*([0-9,]{1,9})(?:\.([0-9]{2}))?")


@dataclass(frozen=True)
class Offers:
    """The private work of one group, with what of it the practice does."""

    key: str
    title: str
    types: tuple[Type, ...]
    offered: frozenset[str]


@dataclass(frozen=True)
class Part:
    """One part of a reply: as it is shipped, and what the practice says in its place."""

    name: str
    title: str
    shipped: tuple[str, ...]
    own: str
    fault: str


@request_settings.get("/settings/requests")
@enter("manager")
def record() -> str:
    """The settings as they are."""
    with looking() as session:
        own = _terms(session)
    return _show(own, _switches_of(own), own.settings.not_offered, {})


@request_settings.post("/settings/requests")
@enter("manager")
def change() -> ResponseReturnValue:
    """Change offers and switches; requests that were decided keep their outcome."""
    ticked = frozenset(request.form.getlist("offered"))
    texts = {name: request.form.get(name, "").strip() for name in ("waiver_cap", "contact_role")}
    switches = {name: request.form.get(name) == "yes" for name in SWITCHES}
    cap = pence_of(texts["waiver_cap"])
    faults = {} if cap is not None else {"waiver_cap": "Enter pounds, like 100 or 100.50"}
    with looking() as session:
        own = _terms(session)
    missing = {key for key, kind in own.shipped.types.items() if kind.is_private} - ticked
    chosen = {
        **switches,
        "not_offered": sorted(missing),
        "waiver_cap_pence": settings.WAIVER_CAP_PENCE if cap is None else cap,
        "contact_role": texts["contact_role"],
    }
    faults |= _change(chosen, is_sound=not faults)
    if faults:
        return _show(own, {**texts, **switches}, frozenset(missing), _by_box(faults)), 422
    flash("Saved. Requests that were decided keep their outcome.", "success")
    return redirect(url_for("request_settings.record"))


@request_settings.get("/settings/requests/replies/<code>")
@enter("manager")
def reply(code: str) -> str:
    """One standard reply: the shipped words beside the practice's own."""
    with looking() as session:
        own = _terms(session)
    return _show_reply(own, _reply_of(own, code), _own_parts(own, code), {})


@request_settings.post("/settings/requests/replies/<code>")
@enter("manager")
def change_reply(code: str) -> ResponseReturnValue:
    """Keep the practice's own words of a reply; a part left blank keeps the shipped ones."""
    with looking() as session:
        own = _terms(session)
    shipped = _reply_of(own, code)
    typed = {part: request.form.get(part, "").strip() for part in PARTS}
    parts = {
        part: paragraphs(text) if part in LISTS else " ".join(text.split())
        for part, text in typed.items()
        if text
    }
    replies = {
        other: own.settings.replies[other] for other in own.settings.replies if other != code
    }
    faults = _change({"replies": {**replies, code: parts} if parts else replies})
    if faults:
        start = f"replies.{code}."
        by_part = {name.removeprefix(start): text for name, text in faults.items()}
        return _show_reply(own, shipped, typed, _sentences(by_part)), 422
    flash(f"Saved. Reply {code} is sent with these words from now on.", "success")
    for remark in dict.fromkeys(remarks(worded(shipped, parts, ""))):
        flash(f"It could be easier to read. {remark}", "important")
    return redirect(url_for("request_settings.reply", code=code))


@request_settings.get("/settings/requests/types/<type_key>")
@enter("manager")
def kind(type_key: str) -> str:
    """One kind of request: what it says and where that is from, and the practice's own words."""
    with looking() as session:
        own = _terms(session)
    found = _type_of(own, type_key)
    rate = own.settings.collaborative_pence.get(type_key)
    typed = {
        "reply_text": own.settings.reply_texts.get(type_key, ""),
        "rate": "" if rate is None else pounds_of(rate),
    }
    return _show_type(own, found, typed, {})


@request_settings.post("/settings/requests/types/<type_key>")
@enter("manager")
def change_kind(type_key: str) -> ResponseReturnValue:
    """Keep the practice's own reason, and the rate that a public body pays here."""
    with looking() as session:
        own = _terms(session)
    found = _type_of(own, type_key)
    typed = {name: request.form.get(name, "").strip() for name in ("reply_text", "rate")}
    typed["reply_text"] = " ".join(typed["reply_text"].split())
    rate = pence_of(typed["rate"])
    faults = {}
    if typed["rate"] and rate is None:
        faults["rate"] = "Enter pounds, like 60 or 62.50"
    texts = {**own.settings.reply_texts, type_key: typed["reply_text"]}
    rates: dict[str, int | None] = {**own.settings.collaborative_pence, type_key: rate}
    chosen = {
        "reply_texts": {key: text for key, text in texts.items() if text},
        "collaborative_pence": {key: one for key, one in rates.items() if one is not None},
    }
    faults |= _change(chosen, is_sound=not faults)
    if faults:
        names = {f"reply_texts.{type_key}": "reply_text", f"collaborative_pence.{type_key}": "rate"}
        by_box = {names.get(name, name): text for name, text in faults.items()}
        return _show_type(own, found, typed, _sentences(by_box)), 422
    flash("Saved.", "success")
    return redirect(url_for("request_settings.kind", type_key=type_key))


def stale(types: Mapping[str, Type], today: date) -> list[Type]:
    """Return the types that nobody has reviewed for more than twelve months."""
    yesterday = today - timedelta(days=1)
    return [
        one
        for one in types.values()
        if whole_months_between(date.fromisoformat(one.reviewed_on), yesterday) >= STALE_MONTHS
    ]


def pence_of(text: str) -> int | None:
    """Return £62.50 as pence, None for what is no amount."""
    found = _POUNDS.fullmatch(text)
    if found is None or not found[1].replace(",", "").isdigit():
        return None
    pounds = found[1].replace(",", "")
    return int(pounds) * 100 + int(found[2] or 0) if len(pounds) <= MOST_DIGITS else None


def pounds_of(pence: int) -> str:
    """Return pence as 62.50, and whole pounds as 60."""
    return f"{pence // 100}" if pence % 100 == 0 else f"{pence // 100}.{pence % 100:02}"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a box: a blank line, or a new line, begins another."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _terms(session: Any) -> Terms:
    return standing().requests.terms(session, actor())


def _change(chosen: Mapping[str, Any], *, is_sound: bool = True) -> dict[str, str]:
    """Lay what was chosen over the practice's settings; return what cannot be, by name."""
    if not is_sound:
        return {}
    try:
        with changing() as session:
            own = _terms(session)
            wanted = {**as_stored(own.settings), **chosen}
            # Read and written again, so that what is the default is not kept.
            kept = as_stored(settings.read(wanted, own.shipped, is_new=True))
            own_settings.change(session, own.shipped, actor(), kept, at=now())
    except BadRequestSettings as bad:
        return dict(bad.errors)
    return {}


def _show(
    own: Terms, typed: Mapping[str, Any], not_offered: frozenset[str], faults: Mapping[str, str]
) -> str:
    return render_template(
        "web/requests/settings.html",
        typed=typed,
        faults=faults,
        offers=list(_offers(own, not_offered)),
        groups=[(one, own.catalogue.types_of(one.key)) for one in own.catalogue.groups.values()],
        replies=own.catalogue.replies.values(),
        own_reasons=own.settings.reply_texts,
        stale=stale(own.shipped.types, local_day(now())),
        catalogue_version=own.version,
    )


def _offers(own: Terms, not_offered: frozenset[str]) -> Iterator[Offers]:
    for group in own.shipped.groups.values():
        private = tuple(one for one in own.shipped.types_of(group.key) if one.is_private)
        if private:
            offered = frozenset(one.key for one in private) - not_offered
            yield Offers(group.key, group.title, private, offered)


def _switches_of(own: Terms) -> dict[str, Any]:
    found = own.settings
    return {
        **{name: getattr(found, name) for name in SWITCHES},
        "waiver_cap": pounds_of(found.waiver_cap_pence),
        "contact_role": found.contact_role,
    }


def _show_reply(
    own: Terms, shipped: Reply, typed: Mapping[str, str], faults: Mapping[str, str]
) -> str:
    parts = [
        Part(name, title, _shipped(shipped, name), typed.get(name, ""), faults.get(name, ""))
        for name, title in PART_TITLES.items()
    ]
    return render_template(
        "web/requests/reply_words.html",
        reply=shipped,
        parts=parts,
        faults={one.name: f"{one.title}: {one.fault}" for one in parts if one.fault},
        sources=own.shipped.sources_of((shipped.source,)),
    )


def _shipped(reply: Reply, part: str) -> tuple[str, ...]:
    found = getattr(reply, part)
    return found if part in LISTS else (found,)


def _own_parts(own: Terms, code: str) -> dict[str, str]:
    parts = own.settings.replies.get(code, {})
    return {name: "\n".join(text) if name in LISTS else text for name, text in parts.items()}


def _show_type(own: Terms, found: Type, typed: Mapping[str, str], faults: Mapping[str, str]) -> str:
    return render_template(
        "web/requests/type.html",
        kind=found,
        typed=typed,
        faults=faults,
        group=own.shipped.groups[found.group],
        outcome=own.shipped.outcomes[found.obligation],
        fallback=own.shipped.outcomes.get(found.fallback),
        sources=own.shipped.sources_of(found.sources),
        is_turned_away=found.obligation in TURNED_AWAY,
        has_rate=found.effective == "STATE_FEE",
        is_stale=bool(stale({found.key: found}, local_day(now()))),
        pounds=pounds_of,
    )


def _reply_of(own: Terms, code: str) -> Reply:
    return own.shipped.replies.get(code) or abort(404)


def _type_of(own: Terms, type_key: str) -> Type:
    return own.shipped.types.get(type_key) or abort(404)


def _by_box(faults: Mapping[str, str]) -> dict[str, str]:
    names = {"waiver_cap_pence": "waiver_cap"}
    return _sentences({names.get(name, name): text for name, text in faults.items()})


def _sentences(faults: Mapping[str, str]) -> dict[str, str]:
    """Return faults as they stand beside a box: it must be … becomes It must be …."""
    return {name: text if text[:1].isupper() else f"This {text}" for name, text in faults.items()}
