"""What work costs: a practice's own fees by day, what others set, and what the catalogue suggests.

Source: SI 2015/1862, regulations 24 and 25; domain sections 2 (formula) and 5.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Fee
from lettergen.requests.catalogue.grammar import UNKNOWN, Type
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import payers, settings
from lettergen.requests.money.payers import NoFee
from lettergen.requests.money.pence import rounded_up, tax_on
from lettergen.requests.money.settings import MoneySettings
from lettergen.requests.money.tariff import Rates, shipped_tariff

OTHER_GROUP = "Anything else"
STANDARD, EXEMPT, OUTSIDE, UNDECIDED = VAT_CLASSES = ("SR", "EX", "OS", "CHK")
VAT_TITLES: Mapping[str, str] = {
    STANDARD: "Standard rate",
    EXEMPT: "Exempt",
    OUTSIDE: "Outside the scope of VAT",
    UNDECIDED: "To be decided with your accountant",
}


@dataclass(frozen=True)
class Price:
    """What one kind of work costs one class of payer on a day. Money is in pence.

    `total` is all that is asked for, VAT included. `is_default` says that nobody in the practice
    has confirmed it; `checked_on` is when a published rate was last looked up. `basis` is how it
    was reckoned: minutes, rates, fixed part, their sum, and what that suggests.
    """

    type_key: str
    title: str
    payer_class: str
    net: int
    vat: int
    total: int
    vat_class: str
    vat_percent: int
    basis: dict[str, Any]
    fee_id: str | None
    is_default: bool
    checked_on: date | None

    @property
    def needs_vat_class(self) -> bool:
        """Whether nobody has decided yet if VAT has to be added."""
        return self.vat_class == UNDECIDED


@dataclass(frozen=True)
class Suggested:
    """The calculation: three parts in pence, their sum, and the sum rounded up to £5."""

    gp_min: int
    admin_min: int
    gp: int
    admin: int
    fixed: int
    rates: Rates

    @property
    def sum(self) -> int:
        """What the work costs the practice."""
        return self.gp + self.admin + self.fixed

    @property
    def fee(self) -> int:
        """What is suggested as a fee."""
        return rounded_up(self.sum)

    def as_basis(self) -> dict[str, Any]:
        """Return the calculation as plain values, to be kept with what it led to."""
        return {
            "gp_min": self.gp_min,
            "admin_min": self.admin_min,
            "gp_minute": self.rates.gp_minute,
            "admin_minute": self.rates.admin_minute,
            "fixed": self.fixed,
            "sum": self.sum,
            "suggested": self.fee,
        }


@dataclass(frozen=True)
class Line:
    """One row of the schedule on a day: what counts, what is suggested, and what comes next.

    `until` is the last day of what counts now, if another row follows.
    """

    group: str
    price: Price
    suggested: Suggested
    published: int | None
    source: str
    since: date | None
    until: date | None
    public_text: str
    follows: Fee | None

    @property
    def differs_from_published(self) -> bool:
        """Whether a public body pays by another rate than the practice's own row says."""
        return self.published is not None and self.published != self.price.net


def current(  # noqa: PLR0917  (every row above asks in this order)
    session: Session, actor: Actor, terms: Terms, type_key: str, payer_class: str, on: date
) -> Price:
    """Return what a type costs a class of payer on a day.

    The practice's own fee goes first; then, for a public body, the local rate and the published
    one; then the catalogue's default. Raises NoFee where this payer may not be asked for it.
    """
    return _book(session, actor, terms, on, type_key).price(type_key, payer_class)


def suggested(kind: Type | None, rates: Rates) -> Suggested:
    """Return the calculation for a type: minutes × rate + fixed part, rounded up to £5."""
    work = kind or shipped_tariff().unknown
    return reckoned(work.gp_min, work.admin_min, rates)


def reckoned(gp_min: int, admin_min: int, rates: Rates) -> Suggested:
    """Return the calculation for so many minutes of a GP and of administration."""
    return Suggested(
        gp_min=gp_min,
        admin_min=admin_min,
        gp=gp_min * rates.gp_minute,
        admin=admin_min * rates.admin_minute,
        fixed=rates.fixed,
        rates=rates,
    )


def schedule(session: Session, actor: Actor, terms: Terms, on: date) -> list[Line]:
    """Return every fee that the practice may take on a day, in the order of the catalogue."""
    book = _book(session, actor, terms, on)
    return [
        book.line(key, payer_class)
        for key in (*terms.catalogue.types, UNKNOWN)
        for payer_class in payers.allowed(terms.catalogue.types.get(key))
    ]


def line_of(  # noqa: PLR0917  (every row above asks in this order)
    session: Session, actor: Actor, terms: Terms, type_key: str, payer_class: str, on: date
) -> Line:
    """Return one row of the schedule; raises NoFee, also for a type that nobody knows."""
    kind_of(terms, type_key)
    return _book(session, actor, terms, on, type_key).line(type_key, payer_class)


def kind_of(terms: Terms, type_key: str) -> Type | None:
    """Return a type of the catalogue, None for other letters; raises NoFee for an unknown key."""
    if type_key != UNKNOWN and type_key not in terms.catalogue.types:
        raise NoFee("There is no such kind of work.")
    return terms.catalogue.types.get(type_key)


def history(session: Session, actor: Actor, type_key: str, payer_class: str) -> list[Fee]:
    """Return all rows of one fee, the latest first; what counts on a day is the first begun."""
    found = [one for one in _rows(session, actor, type_key) if one.payer_class == payer_class]
    return sorted(found, key=lambda one: (one.effective_from, one.number), reverse=True)


@dataclass(frozen=True)
class PublicFee:
    """One line of the fees that anyone may read. Money is in pence; `total_pence` holds the VAT.

    `title` is what the practice wrote for the public, `payer` who pays, in a word.
    """

    type_key: str
    group: str
    title: str
    payer: str
    payer_class: str
    total_pence: int
    vat_pence: int
    since: date


def public(session: Session, actor: Actor, terms: Terms, on: date) -> list[PublicFee]:
    """Return the confirmed fees of a day for the public: private work that the practice does.

    What public bodies pay and all NHS work stays out, since a practice may not advertise that
    (domain L16).
    """
    found = notice(session, actor, terms, on)
    return [one for one in found if _is_public(one.type_key, one.payer_class, terms)]


def notice(session: Session, actor: Actor, terms: Terms, on: date) -> list[PublicFee]:
    """Return the fees as the notice of a day says them, by the practice's own rows alone.

    The same for that day whenever it is asked, whatever the catalogue or the practice changed
    since; only the headings are today's.
    """
    book = _book(session, actor, terms, on)
    keys = sorted({(one.type_key, one.payer_class) for one in book.rows})
    counting = (book.row(key, who) for key, who in keys if who != payers.STATE)
    found = [_public(row, book) for row in counting if row]
    return sorted(found, key=lambda one: (one.group, one.title.casefold(), one.payer_class))


def _public(row: Fee, book: "_Book") -> PublicFee:
    vat = tax_on(row.amount_pence, book.own.vat_percent(row.vat_class, book.on))
    return PublicFee(
        type_key=row.type_key,
        group=book.group(row.type_key),
        title=row.public_text,
        payer=payers.TITLES[row.payer_class],
        payer_class=row.payer_class,
        total_pence=row.amount_pence + vat,
        vat_pence=vat,
        since=row.effective_from,
    )


def _is_public(key: str, payer_class: str, terms: Terms) -> bool:
    kind = terms.catalogue.types.get(key)
    if key == UNKNOWN:
        return True
    return kind is not None and terms.offered(key) and payer_class in payers.allowed(kind)


@dataclass(frozen=True)
class _Book:
    """All that prices of one practice on one day are read from."""

    terms: Terms
    rows: Sequence[Fee]
    own: MoneySettings
    on: date

    def row(self, type_key: str, payer_class: str) -> Fee | None:
        """The row that counts: the last begun, and of one day the last set."""
        begun = [one for one in self._of(type_key, payer_class) if one.effective_from <= self.on]
        return max(begun, key=lambda one: (one.effective_from, one.number), default=None)

    def follows(self, type_key: str, payer_class: str) -> Fee | None:
        """The row that counts next."""
        later = [one for one in self._of(type_key, payer_class) if one.effective_from > self.on]
        return min(later, key=lambda one: (one.effective_from, -one.number), default=None)

    def _of(self, type_key: str, payer_class: str) -> list[Fee]:
        return [
            one for one in self.rows if one.type_key == type_key and one.payer_class == payer_class
        ]

    def group(self, type_key: str) -> str:
        """The heading under which a type stands."""
        kind = self.terms.catalogue.types.get(type_key)
        return self.terms.catalogue.groups[kind.group].title if kind else OTHER_GROUP

    def price(self, type_key: str, payer_class: str) -> Price:
        """What a type costs; raises NoFee, also where nobody knows what."""
        found = self.found(type_key, payer_class)
        if found.net <= 0:
            raise NoFee(f"No price is known for “{found.title}”. Set one on the fees page first.")
        return found

    def found(self, type_key: str, payer_class: str) -> Price:
        """What a type costs, £0.00 where nobody knows; raises NoFee."""
        kind = self.terms.catalogue.types.get(type_key)
        payers.require(kind, payer_class)
        unknown = shipped_tariff().unknown
        row = self.row(type_key, payer_class)
        net, checked_on = (row.amount_pence, None) if row else self._default(kind, payer_class)
        title = kind.title if kind else unknown.title
        vat_class = row.vat_class if row else kind.vat if kind else unknown.vat
        percent = self.own.vat_percent(vat_class, self.on)
        vat = tax_on(net, percent)
        return Price(
            type_key=type_key,
            title=title,
            payer_class=payer_class,
            net=net,
            vat=vat,
            total=net + vat,
            vat_class=vat_class,
            vat_percent=percent,
            basis=row.basis if row else self.suggested(kind).as_basis(),
            fee_id=row.id if row else None,
            is_default=row is None,
            checked_on=checked_on,
        )

    def suggested(self, kind: Type | None) -> Suggested:
        """The calculation with the rates of the day."""
        return suggested(kind, self.own.rates_on(self.on))

    def line(self, type_key: str, payer_class: str) -> Line:
        """A row of the schedule; raises NoFee."""
        price = self.found(type_key, payer_class)
        row, follows = self.row(type_key, payer_class), self.follows(type_key, payer_class)
        kind = self.terms.catalogue.types.get(type_key)
        is_state = payer_class == payers.STATE
        rate = shipped_tariff().amount(type_key, self.on) if is_state else None
        return Line(
            group=self.group(type_key),
            price=price,
            suggested=self.suggested(kind),
            published=rate.pence if rate else None,
            source=rate.source if rate else "",
            since=row.effective_from if row else None,
            until=follows.effective_from - timedelta(days=1) if follows else None,
            public_text=row.public_text if row else kind.plain_title if kind else price.title,
            follows=follows,
        )

    def _default(self, kind: Type | None, payer_class: str) -> tuple[int, date | None]:
        """What counts where the practice set nothing, and when that was looked up."""
        if kind is None:
            return shipped_tariff().unknown.pence, None
        if payer_class == payers.STATE:
            local = self.terms.settings.collaborative_pence.get(kind.key)
            published = shipped_tariff().amount(kind.key, self.on)
            if local:
                return local, None
            if published:
                return published.pence, published.checked_on
        checked_on = date.fromisoformat(kind.checked_on) if kind.checked_on else None
        return kind.fee_default_pence, checked_on


def _book(
    session: Session, actor: Actor, terms: Terms, on: date, type_key: str | None = None
) -> _Book:
    rows = _rows(session, actor, type_key)
    return _Book(terms, rows, settings.of(session, actor.practice_id), on)


def _rows(session: Session, actor: Actor, type_key: str | None = None) -> list[Fee]:
    wanted = select(Fee).where(Fee.practice_id == actor.practice_id)
    if type_key is not None:
        wanted = wanted.where(Fee.type_key == type_key)
    return list(session.scalars(wanted.order_by(Fee.type_key, Fee.payer_class, Fee.number)))
