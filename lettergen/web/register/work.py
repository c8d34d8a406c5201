"""What is due about photo consents, and the figures for an audit, which name nobody."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lettergen.calendar import local_day
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.register import ageing, due, figures, tasks
from lettergen.consents.register.due import Due
from lettergen.consents.register.figures import Figures
from lettergen.web.base.context import actor, changing, looking, now, standing, terms
from lettergen.web.base.display import plural
from lettergen.web.base.entry import enter
from lettergen.web.register.forms import SpanForm

register_work = Blueprint("register_work", __name__)

# A cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
GROUPS = (
    ("Stop a use, and call copies back", (tasks.STOP, tasks.CONFIRM, tasks.REMOVE_COPIES)),
    ("Photos still on a phone", (tasks.PHONE_DELETION,)),
    ("Write to the patient", (tasks.LETTER, tasks.TELL_PATIENT, tasks.SEND_ARTICLE)),
    ("Ask the patient", (tasks.ASK_AT_16, tasks.ASK_PATIENT, due.TURNS_16)),
    ("Clear up a doubt", (tasks.CLEAR_DOUBT, tasks.INCIDENT)),
    ("Journals’ own forms", (tasks.JOURNAL_FORM,)),
    ("Consents that end within 60 days", (due.ENDS,)),
)


@dataclass(frozen=True)
class Group:
    """Due work of one sort."""

    name: str
    items: tuple[Due, ...]

    @property
    def late(self) -> int:
        """How many are overdue."""
        return sum(one.is_overdue for one in self.items)


@register_work.get("/register/due")
@enter("clinician", "reception", "manager")
def overview() -> str:
    """Everything that is due, in groups, the overdue first."""
    with looking() as session:
        found = due.due(session, actor(), on=local_day(now()))
    groups = [
        Group(name, tuple(one for one in found if one.kind in kinds)) for name, kinds in GROUPS
    ]
    return render_template(
        "web/register/due.html",
        groups=[one for one in groups if one.items],
        total=len(found),
        late=sum(one.is_overdue for one in found),
        titles=_titles(standing().consents.catalogue),
    )


@register_work.post("/register/due/settle")
@enter("clinician", "reception", "manager")
def settle() -> ResponseReturnValue:
    """Write down what the clock has ended, as the nightly job does, and open its tasks."""
    with changing() as session:
        done = ageing.settle(session, terms(session), actor(), at=now())
        opened = sum(len(one.tasks) for one in done)
    changed, new = plural(len(done), "consent"), plural(opened, "task")
    said = f"{changed} came to an end or a birthday; {new} opened."
    flash(said if done else "Nothing has ended since somebody last looked.", "success")
    return redirect(url_for("register_work.overview"))


@register_work.get("/register/report")
@enter("clinician", "manager")
def report() -> ResponseReturnValue:
    """The figures of some days, and the files to take along."""
    form = _span()
    if not form.validate():
        return render_template("web/register/report.html", form=form, found=None, rows=[]), 422
    found = _figures(form)
    catalogue = standing().consents.catalogue
    return render_template(
        "web/register/report.html", form=form, found=found, rows=_by_purpose(catalogue, found)
    )


@register_work.get("/register/report/figures.csv")
@enter("clinician", "manager")
def figures_file() -> ResponseReturnValue:
    """The same figures as a file."""
    form = _span()
    if not form.validate():
        return redirect(url_for("register_work.report"))
    found = _figures(form)
    since, until = form.days
    rows: list[Sequence[object]] = [
        ("from", since.isoformat()),
        ("to", until.isoformat()),
        ("forms signed", found.forms),
        ("share with a copy given", found.copy_given),
        ("uses beyond care", found.uses_beyond_care),
        ("share of them with a live yes", found.uses_with_live_yes),
        ("withdrawals", found.withdrawals),
        ("days to stop, median", found.days_to_stop),
        ("days to stop, longest", found.longest_days_to_stop),
        ("uses not stopped yet", found.not_stopped),
        *((f"agreed: {key}", count) for key, count in sorted(found.agreed.items())),
        *((f"refused: {key}", count) for key, count in sorted(found.refused.items())),
    ]
    return _csv(("figure", "value"), rows, f"photo-consent-figures_{since}_{until}.csv")


@register_work.get("/register/report/consents.csv")
@enter("clinician", "manager")
def consents_file() -> Response:
    """Every answer to every purpose with its state today; forms by number, nobody by name."""
    on = local_day(now())
    with looking() as session:
        lines = figures.export(session, actor(), on=on)
    rows = (
        (
            one.reference,
            one.purpose,
            one.decision,
            one.route,
            one.signed_on.isoformat(),
            one.valid_until.isoformat() if one.valid_until else "",
            one.state,
        )
        for one in lines
    )
    head = ("form", "purpose", "decision", "decided by", "signed on", "valid until", "state")
    return _csv(head, rows, f"photo-consents_{on}.csv")


def cell(value: object) -> str:
    """Return a value as a spreadsheet may have it: text that would be a formula is quoted."""
    text = "" if value is None else str(value)
    is_text = not isinstance(value, int | float)
    return f"'{text}" if is_text and text.lstrip(" ").startswith(FORMULAS) else text


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> Response:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([cell(one) for one in row] for row in rows)
    # Excel takes a file for UTF-8 only if it begins with this mark.
    reply = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def _span() -> SpanForm:
    """Return the days that are asked for: this year so far, where none are."""
    if request.args:
        return SpanForm(request.args)
    today = local_day(now())
    span = {"since": date(today.year, 1, 1).isoformat(), "until": today.isoformat()}
    return SpanForm(MultiDict(span))


def _figures(form: SpanForm) -> Figures:
    since, until = form.days
    with looking() as session:
        return figures.figures(session, actor(), since=since, until=until)


def _by_purpose(catalogue: Catalogue, found: Figures) -> list[tuple[str, int, int]]:
    return [
        (one.title, found.agreed.get(one.key, 0), found.refused.get(one.key, 0))
        for one in catalogue.purposes
    ]


def _titles(catalogue: Catalogue) -> dict[str, str]:
    return {one.key: one.title for one in catalogue.purposes}
