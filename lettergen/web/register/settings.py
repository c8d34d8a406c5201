"""What a practice decides for itself about photo consent: for its manager."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.consents.form import own_settings, settings
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.form.settings import BadConsentSettings, ConsentSettings
from lettergen.web.base.context import actor, changing, looking, now, standing, terms
from lettergen.web.base.display import plural
from lettergen.web.base.entry import enter

register_settings = Blueprint("register_settings", __name__)

_LONGEST = 300
_MOST_DIGITS = 4
_SWITCHES = ("personal_phone_allowed", "keeps_preview")


@dataclass(frozen=True)
class Number:
    """One number of the page: blank means the default; `unit` is what it counts."""

    name: str
    label: str
    default: int
    unit: str
    typed: str
    error: str = ""

    @property
    def usual(self) -> str:
        """The documented default, in words."""
        if self.unit == "months":
            return f"Usually {plural(self.default, 'month')}"
        days = plural(self.default, "working day")
        return f"Usually {days}" if self.default else "Usually the same day"


@dataclass(frozen=True)
class Typed:
    """What stands in the boxes of the page, and what is wrong by their names."""

    texts: Mapping[str, str]
    channels: tuple[str, ...]
    faults: Mapping[str, str]


@register_settings.get("/practice/consents")
@enter("manager")
def record() -> str:
    """The settings as they are, beside the documented defaults."""
    with looking() as session:
        own = terms(session)
    return _show(own.catalogue, _as_typed(own.settings))


@register_settings.post("/practice/consents")
@enter("manager")
def change() -> ResponseReturnValue:
    """Change them for consents from now on."""
    catalogue = standing().consents.catalogue
    chosen, faults = _read(catalogue)
    try:
        settings.read(chosen, catalogue)
    except BadConsentSettings as bad:
        faults = {**_by_box(bad.errors), **faults}
    if faults:
        return _show(catalogue, _sent(faults)), 422
    with changing() as session:
        own_settings.change(session, catalogue, actor(), chosen, at=now())
    flash("Saved. Consents that are signed keep their last day.", "success")
    return redirect(url_for("register_settings.record"))


@register_settings.post("/practice/consents/defaults")
@enter("manager")
def go_back() -> ResponseReturnValue:
    """Take all the defaults again."""
    catalogue = standing().consents.catalogue
    with changing() as session:
        own_settings.change(session, catalogue, actor(), {}, at=now())
    flash("All settings are back to the defaults.", "success")
    return redirect(url_for("register_settings.record"))


def _show(catalogue: Catalogue, typed: Typed) -> str:
    field = catalogue.field("purposes.share_care.channel")
    return render_template(
        "web/register/settings.html",
        validity=list(_validity(catalogue, typed)),
        deadlines=list(_deadlines(catalogue, typed)),
        days=list(_days(catalogue, typed)),
        channels=[(code, field.label_of(code)) for code in catalogue.channels],
        typed=typed,
    )


def _validity(catalogue: Catalogue, typed: Typed) -> Iterator[Number]:
    for one in catalogue.purposes:
        if one.validity_months is not None:
            name = f"validity_months.{one.key}"
            yield _number(name, one.title, one.validity_months, "months", typed)


def _deadlines(catalogue: Catalogue, typed: Typed) -> Iterator[tuple[str, list[Number]]]:
    for key, title, default in _endings(catalogue):
        name = f"deadlines.{key}"
        parts = [_number(f"{name}.stop_days", "To stop", default.stop_days, "days", typed)]
        if default.confirm_days is not None:
            confirm = default.confirm_days
            parts.append(_number(f"{name}.confirm_days", "To confirm", confirm, "days", typed))
        yield title, parts


def _days(catalogue: Catalogue, typed: Typed) -> Iterator[Number]:
    yield _number("letter_days", "Letter after a withdrawal", catalogue.letter_days, "days", typed)
    yield _number(
        "removal_days", "Delete copies when consent ends", catalogue.removal_days, "days", typed
    )


def _number(name: str, label: str, default: int, unit: str, typed: Typed) -> Number:
    text, fault = typed.texts.get(name, ""), typed.faults.get(name, "")
    return Number(name, label, default, unit, text, fault)


def _endings(catalogue: Catalogue) -> Iterator[tuple[str, str, settings.Deadline]]:
    """Yield each deadline's key, its title, and its documented days."""
    defaults = settings.read({}, catalogue).deadlines
    for one in catalogue.purposes:
        for key, words in ((one.key, ""), (f"{one.key}.after_publication", ", once it is out")):
            if key in defaults:
                yield key, f"{one.title}{words}", defaults[key]


def _as_typed(own: ConsentSettings) -> Typed:
    """Return what the practice chose: a box is blank where the default counts."""
    stored = own.stored
    texts = {name: str(stored[name]) for name in ("letter_days", "removal_days") if name in stored}
    for key, months in (stored.get("validity_months") or {}).items():
        texts[f"validity_months.{key}"] = str(months)
    for key, days in (stored.get("deadlines") or {}).items():
        texts |= {f"deadlines.{key}.{part}": str(number) for part, number in days.items()}
    texts |= {name: "yes" for name in _SWITCHES if stored.get(name)}
    texts["personal_phone_policy"] = own.personal_phone_policy
    return Typed(texts, own.channels, {})


def _sent(faults: Mapping[str, str]) -> Typed:
    texts = {name: text[:_LONGEST] for name, text in request.form.items()}
    return Typed(texts, tuple(request.form.getlist("channels")), faults)


def _read(catalogue: Catalogue) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is chosen, without what is the default already, and boxes that hold no number."""
    chosen: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in _numbers(catalogue):
        text = request.form.get(one.name, "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            faults[one.name] = f"Enter a whole number of {one.unit}, or leave it blank"
        elif int(text) != one.default:
            _put(chosen, one.name, int(text))
    channels = request.form.getlist("channels")
    if set(channels) != set(catalogue.channels):
        chosen["channels"] = channels
    chosen |= {name: True for name in _SWITCHES if request.form.get(name) == "yes"}
    policy = request.form.get("personal_phone_policy", "").strip()
    return chosen | ({"personal_phone_policy": policy} if policy else {}), faults


def _numbers(catalogue: Catalogue) -> Iterator[Number]:
    empty = Typed({}, (), {})
    yield from _validity(catalogue, empty)
    for _, parts in _deadlines(catalogue, empty):
        yield from parts
    yield from _days(catalogue, empty)


def _put(chosen: dict[str, Any], name: str, value: int) -> None:
    """Put validity_months.teach_closed and deadlines.publish.after_publication.stop_days."""
    group, _, rest = name.partition(".")
    if group != "deadlines":
        place, key = (chosen.setdefault(group, {}), rest) if rest else (chosen, group)
    else:
        purpose, _, key = rest.rpartition(".")
        place = chosen.setdefault(group, {}).setdefault(purpose, {})
    place[key] = value


def _by_box(errors: Mapping[str, str]) -> dict[str, str]:
    """Return faults under the names of boxes: those of a deadline stand at its first number."""
    return {
        f"{name}.stop_days" if name.startswith("deadlines.") else name: _sentence(text)
        for name, text in errors.items()
    }


def _sentence(text: str) -> str:
    words = text.replace("stop_days", "Days to stop").replace("confirm_days", "Days to confirm")
    return f"{words[:1].upper()}{words[1:]}"
