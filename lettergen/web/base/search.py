"""Finding a letter or a patient: what may be asked, and how it travels without saying who it is."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from lettergen.nhs import is_sound
from lettergen.vault import Unreadable, Vault
from lettergen.web.base.choices import choices_of
from lettergen.web.base.context import actor, standing

_BIRTH = ("born_day", "born_month", "born_year")
_EARLIEST_YEAR = 1880
_DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]


class DayField(DateField):
    """A day, which a browser sends in its own way and a person types in theirs."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say in our own words that it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter a real date, like 27/3/2026") from None


class PatientForm(Form):
    """A patient by NHS number, or by surname and birth date."""

    nhs_number = StringField("NHS number", [Optional(), Length(max=20)])
    family_name = StringField("Surname", [Optional(), Length(max=100)])
    born_day = StringField("Day", [Length(max=10)])
    born_month = StringField("Month", [Length(max=10)])
    born_year = StringField("Year", [Length(max=10)])

    def validate_nhs_number(self, field: StringField) -> None:
        """A number with a wrong check digit would find nothing: say so instead."""
        if not is_sound(field.data or ""):
            raise ValidationError("Check the NHS number: it has 10 digits, like 999 000 1006")

    def validate_family_name(self, _field: StringField) -> None:
        """A surname is looked up together with the birth date: names are sealed."""
        if not self.has_birth_date:
            raise ValidationError("Give the birth date as well as the surname")

    def validate_born_day(self, _field: StringField) -> None:
        """The three boxes make a day, and go with a surname."""
        if not self.has_birth_date:
            return
        if self.born is None:
            raise ValidationError("Enter a real birth date, like 27 3 1998")
        if not (self.family_name.data or "").strip():
            raise ValidationError("Give the surname as well as the birth date")

    @property
    def has_birth_date(self) -> bool:
        """Is anything in the three boxes?"""
        return any((self[name].data or "").strip() for name in _BIRTH)

    @property
    def born(self) -> date | None:
        """The birth date, or None when the boxes hold no day on which a patient may be born."""
        try:
            day, month, year = (int(self[name].data or "") for name in _BIRTH)
            return date(year, month, day) if year >= _EARLIEST_YEAR else None
        except ValueError:
            return None

    @property
    def criteria(self) -> dict[str, Any]:
        """What to look for, as the `find` of each list takes it; only after `validate`."""
        asked = {
            "nhs_number": self.nhs_number.data,
            "family_name": self.family_name.data,
            "date_of_birth": self.born,
            **self.besides,
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def besides(self) -> dict[str, Any]:
        """What is asked besides the patient."""
        return {}

    @property
    def is_empty(self) -> bool:
        """Was nothing asked?"""
        return not any(self.filled.values())

    @property
    def filled(self) -> dict[str, str]:
        """What was typed, without the empty boxes."""
        return {field.name: text for field in self if (text := _typed(field))}


class SearchForm(PatientForm):
    """A patient, a kind, a signer, a span of days."""

    slug = SelectField(
        "Kind of letter", choices=choices_of((), none="All kinds"), validate_choice=False
    )
    signer_id = SelectField(
        "Signed by", choices=choices_of((), none="Anyone"), validate_choice=False
    )
    since = DayField("From", [Optional()], _DAY_FORMATS)
    until = DayField("To", [Optional()], _DAY_FORMATS)

    def validate_until(self, field: DateField) -> None:
        """The span of days runs forwards."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day must be the same as or after the first")

    @property
    def besides(self) -> dict[str, Any]:
        """The kind, the signer and the days."""
        return {name: self[name].data for name in ("slug", "signer_id", "since", "until")}

    def offer(self, kinds: Iterable[tuple[str, str]], signers: Iterable[tuple[str, str]]) -> None:
        """Fill the two lists with what this practice has, as pairs of value and label."""
        self.slug.choices = choices_of(kinds, none="All kinds")
        self.signer_id.choices = choices_of(signers, none="Anyone")


Search = TypeVar("Search", bound=PatientForm)


def asked(kind: type[Search]) -> tuple[Search, str]:
    """Return the search that the address of the page asks for with `q`, and that word.

    An empty one if it asks for none; 404 for a word that this practice did not make.
    """
    word = request.args.get("q", "")
    form = opened(kind, word, standing().vault, actor().practice_id) if word else kind()
    if form is None or (word and not form.validate()):
        abort(404)
    return form, word


def sent_on(form: PatientForm, listing: str, anchor: str | None = None) -> ResponseReturnValue:
    """Send a search on to an address of its list that can be reloaded, and names no patient."""
    if form.is_empty:
        return redirect(url_for(listing))
    word = sealed(form, standing().vault, actor().practice_id)
    return redirect(url_for(listing, q=word, _anchor=anchor))


def sealed(form: PatientForm, vault: Vault, practice_id: str) -> str:
    """Return the search as a word for an address; histories and logs then hold no patient."""
    plain = json.dumps(form.filled).encode()
    return urlsafe_b64encode(vault.seal(plain, _place(practice_id))).decode().rstrip("=")


def opened(kind: type[Search], word: str, vault: Vault, practice_id: str) -> Search | None:
    """Return the search that a word stands for, or None if this practice did not make it."""
    try:
        raw = urlsafe_b64decode(word + "=" * (-len(word) % 4))
        return kind(MultiDict(json.loads(vault.unseal(raw, _place(practice_id)))))
    except (Unreadable, ValueError):
        return None


def _place(practice_id: str) -> str:
    return f"web.search:{practice_id}"


def _typed(field: Any) -> str:
    return str(field.raw_data[0]).strip()[:200] if field.raw_data else ""
