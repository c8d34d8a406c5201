"""One consent as the rules look at it: its answers, and the facts that follow from them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from lettergen.calendar import age_in_years, local_day
from lettergen.conditions import is_blank
from lettergen.consents.form.grammar import Catalogue, Purpose, Route
from lettergen.consents.form.moments import DAY, parse_day, parse_moment, start_of
from lettergen.consents.form.settings import ConsentSettings

ADULT = 18
PRESUMED_CAPABLE = 16
DECIDERS = ("patient", "parent", "attorney", "deputy")
FIVE_WISHES = 5
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Signature:
    """One signature: its place in the list, and what of it the rules look at."""

    index: int
    role: str
    name: str
    method: str
    at: datetime | None

    @property
    def signer(self) -> str:
        """The signer's name as names are compared."""
        return same_name(self.name)


@dataclass(frozen=True, eq=False)
class Case:
    """A consent on a day. `at` is the moment of a live signing; a stored case has none."""

    tree: Mapping[str, Any]
    catalogue: Catalogue
    settings: ConsentSettings
    on: date
    at: datetime | None = None

    def get(self, dotted: str) -> Any:
        """Return an answer by its dotted name; None for what is blank."""
        return answer(self.tree, dotted)

    def rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return the rows of a list of answers."""
        return [row for row in self.tree.get(name) or [] if isinstance(row, Mapping)]

    def listed(self, name: str) -> tuple[str, ...]:
        """Return a list of words of the catalogue; an unknown name is an empty list."""
        return self.catalogue.lists.get(name, ())

    @cached_property
    def end(self) -> datetime:
        """The moment from which on all is in the future: the end of the day, or the signing."""
        return self.at or start_of(self.on + DAY)

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """Every signature, in the order of the list."""
        return tuple(
            Signature(
                index=index,
                role=str(row.get("signer_role") or ""),
                name=str(row.get("signer_name") or ""),
                method=str(row.get("method") or ""),
                at=parse_moment(row.get("signed_at")),
            )
            for index, row in enumerate(self.rows("signatures"))
        )

    @cached_property
    def stated_route(self) -> Route | None:
        """Who decides, as it was answered, whether it fits the age or not."""
        return self.catalogue.route(self.get("decision_maker.route"))

    @cached_property
    def route(self) -> Route | None:
        """Who decides, if that fits the patient's age."""
        return self.stated_route if self.is_route_fit else None

    @cached_property
    def is_route_fit(self) -> bool:
        """Whether the age on the day of signing allows the route; an unknown age does."""
        route, age = self.stated_route, self.age
        if route is None or age is None:
            return route is not None
        if age < route.min_age:
            return False
        most = route.max_age
        if route.max_age_without_capacity is not None and self.has_capacity_evidence:
            most = route.max_age_without_capacity
        return most is None or age <= most

    @cached_property
    def has_capacity_evidence(self) -> bool:
        """Whether it is recorded that the patient lacks capacity."""
        said = self.get("decision_maker.capacity") == "lacks_capacity"
        assessment = self.get("decision_maker.capacity_assessment")
        held = assessment.values() if isinstance(assessment, Mapping) else ()
        return said or any(not is_blank(value) for value in held)

    @cached_property
    def deciding(self) -> tuple[Signature, ...]:
        """The signatures that give consent: those in the role of whoever decides."""
        if self.stated_route is None:
            return tuple(one for one in self.signatures if one.role in DECIDERS)
        return tuple(one for one in self.signatures if one.role == self.stated_route.signer_role)

    @cached_property
    def signed_at(self) -> datetime | None:
        """The moment of the first valid signature; a clinician who decides alone declares."""
        times = self.times_of(self.deciding)
        if not times:
            times = self.times_of(one for one in self.signatures if one.role in DECIDERS)
        declared = parse_moment(self.get("clinician.declared_at"))
        if not times and declared and self.decides_alone:
            times = [declared]
        return min(times, default=None)

    def times_of(self, signatures: Iterable[Signature]) -> list[datetime]:
        """Return when people signed; a time in the future is no time of a valid signature."""
        return [one.at for one in signatures if one.at and not self.is_future(one.at)]

    def is_future(self, moment: datetime) -> bool:
        """Whether a moment is still to come; at a live signing clocks may differ by 5 minutes."""
        return moment >= self.end if self.at is None else moment - self.at > CLOCKS_DIFFER

    @cached_property
    def decides_alone(self) -> bool:
        """Whether the clinician decides, who need not sign besides the declaration."""
        return self.stated_route is not None and self.stated_route.signer_role == "clinician"

    @cached_property
    def signed_on(self) -> date:
        """The day of signing in the United Kingdom; before anybody signed, the day of the check."""
        moment = self.signed_at or self.at
        return local_day(moment) if moment else self.on

    @cached_property
    def born(self) -> date | None:
        """The patient's date of birth, if it is a day that has been."""
        born = parse_day(self.get("patient.date_of_birth"))
        return born if born and born <= self.signed_on else None

    @cached_property
    def age(self) -> int | None:
        """The patient's age in whole years on the day of signing."""
        return age_in_years(self.born, self.signed_on) if self.born else None

    @cached_property
    def is_minor(self) -> bool:
        """Whether the patient is known to be under 18."""
        return self.age is not None and self.age < ADULT

    @cached_property
    def lacks_capacity(self) -> bool:
        """Whether a patient of 16 or over cannot decide this (Mental Capacity Act 2005)."""
        route = self.route
        if route is not None and route.lacks_capacity:
            return True
        if self.age is None or self.age < PRESUMED_CAPABLE:
            return False
        is_parents = route is not None and route.max_age_without_capacity is not None
        return is_parents or self.get("decision_maker.capacity") == "lacks_capacity"

    @cached_property
    def is_identifiable(self) -> bool:
        """Whether the face or any detail shows who it is."""
        details = set(self.get("photo.identifiable_by") or ()) - {"none"}
        return bool(details) or self.get("photo.face_shown") is True

    @cached_property
    def is_personal_phone(self) -> bool:
        """Whether the photo is made with somebody's own phone."""
        return self.get("photo.device") in self.listed("personal_devices")

    @cached_property
    def has_sign_off(self) -> bool:
        """Whether the Caldicott Guardian's name, date and reason are all there."""
        group = "decision_maker.caldicott_signoff."
        day = parse_day(self.get(f"{group}date"))
        return bool(self.get(f"{group}name") and self.get(f"{group}reason") and day)

    @cached_property
    def has_best_interests(self) -> bool:
        """Whether the best interests note is complete."""
        parts = (
            "past_wishes",
            "present_wishes",
            "people_asked",
            "less_restrictive_way",
            "conclusion",
        )
        texts = [self.get(f"decision_maker.best_interests.{part}") for part in parts]
        return all(isinstance(text, str) and len(text.strip()) >= FIVE_WISHES for text in texts)

    @cached_property
    def parents_who_signed(self) -> tuple[Signature, ...]:
        """Signatures of a parent who is not the patient."""
        patient = same_name(self.get("patient.full_name"))
        return tuple(
            one
            for one in self.signatures
            if one.role == "parent" and one.signer not in ("", patient)
        )

    @cached_property
    def agreed(self) -> tuple[Purpose, ...]:
        """The purposes that were answered yes."""
        return tuple(one for one in self.catalogue.purposes if self.decision(one.key) == "yes")

    @cached_property
    def agreed_beyond_care(self) -> tuple[Purpose, ...]:
        """The purposes of part 2 that were answered yes."""
        return tuple(one for one in self.agreed if one.part > 1)

    def decision(self, purpose: str) -> str:
        """Return the answer to a purpose: yes, no, not_asked, or what was written there."""
        return str(self.get(f"purposes.{purpose}.decision") or "")


def answer(tree: Any, dotted: str) -> Any:
    """Return the answer of a dotted name in a tree, or None where there is none or it is blank."""
    for part in dotted.split("."):
        if isinstance(tree, Mapping):
            tree = tree.get(part)
        elif isinstance(tree, list) and part.isdecimal() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return None
    if isinstance(tree, str):
        tree = tree.strip()
    return None if is_blank(tree) else tree


def same_name(name: object) -> str:
    """Return a name as names are compared: without case, marks of typing and double spaces."""
    if not isinstance(name, str):
        return ""
    plain = unicodedata.normalize("NFKC", name).replace("’", "'").replace("‐", "-")
    return " ".join(plain.casefold().split())
