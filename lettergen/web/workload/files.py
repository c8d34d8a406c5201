"""The figures of a workload page as files: a workbook with its definitions, and one plain table."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lettergen import accounts, workload
from lettergen.calendar import british_time
from lettergen.models import Actor
from lettergen.refusals import Refused
from lettergen.requests.money.export import MARK, safe
from lettergen.web.base.context import actor, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.workload.asked import Asked, asked, today_now
from lettergen.web.workload.names import Names, chosen, names_now
from lettergen.workload import MEASURES, By, Line, Measure, Unit
from lettergen.workload.measures import Number

workload_files = Blueprint("workload_files", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GROUPS: Mapping[By, str] = {
    "month": "By month",
    "type": "By type",
    "outcome": "By outcome",
    "requester_class": "By who asks",
    "requester": "By organisation",
    "payer": "By payer",
    "role": "By role",
    "staff": "By person",
}
_FORMATS = {
    Unit.PENCE: "£#,##0.00;[Red]-£#,##0.00",
    Unit.PERCENT: "0.0%",
    Unit.COUNT: "#,##0",
    Unit.MINUTES: "#,##0.0",
    Unit.SECONDS: "#,##0",
    Unit.PER_1000: "0.00",
    Unit.APPOINTMENTS: "#,##0.0",
}
APART = (
    "Minutes that were measured and minutes that people stated stand in columns of their own and "
    "are never added up here."
)
UNNAMED = (
    f"Those with fewer than {workload.LEAST_TO_NAME} requests stand together in one line without "
    "a name."
)
_HUNDREDTHS = (Unit.PENCE, Unit.PERCENT)
_WIDE, _NARROW, _LONG = 34, 14, 110


@dataclass(frozen=True)
class Sheet:
    """One table of figures: by what, under which title, and its lines."""

    by: str
    title: str
    lines: Sequence[Line]


@workload_files.get("/workload/figures.xlsx")
@enter("clinician", "reception", "manager")
def workbook() -> Response:
    """The figures that the address asks for, a sheet for each way to group them."""
    wanted = _asked()
    with looking() as session:
        names = names_now(session)
        sheets = list(_sheets(session, actor(), wanted, names))
        practice = accounts.practice_of(session, actor()).name
        only = ", ".join(chosen(session, names, wanted.narrowed))
    return _file(_written(sheets, wanted, only, practice, now()), XLSX, wanted, "xlsx")


@workload_files.get("/workload/figures.csv")
@enter("clinician", "reception", "manager")
def table() -> Response:
    """The same figures as one table: by what, which, and a column for each measure."""
    wanted = _asked()
    with looking() as session:
        sheets = list(_sheets(session, actor(), wanted, names_now(session)))
    return _file(_as_csv(sheets).encode("utf-8"), "text/csv; charset=utf-8", wanted, "csv")


def _asked() -> Asked:
    """Read the address; a file has no place for a fault, so that it is refused."""
    wanted = asked(request.args)
    if wanted.faults:
        raise Refused(next(iter(wanted.faults.values())))
    return wanted


def _sheets(session: Session, who: Actor, wanted: Asked, names: Names) -> Iterator[Sheet]:
    period, where, today = wanted.period, wanted.where, today_now()
    yield Sheet("total", "Total", [workload.total(session, who, period, where, today=today)])
    for by, title in GROUPS.items():
        if by == "requester":
            lines = workload.league(session, who, period, where, today=today)
        else:
            lines = workload.lines(session, who, period, by, where, today=today)
        named = [Line(one.key, names.of(by, one.key, one.label), one.values) for one in lines]
        yield Sheet(by, title, named)


def _as_csv(sheets: Sequence[Sheet]) -> str:
    out = StringIO()
    out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["by", "key", "name", *MEASURES])
    for sheet in sheets:
        for one in sheet.lines:
            figures = [_plain(one[key], measure) for key, measure in MEASURES.items()]
            writer.writerow([sheet.by, safe(one.key), safe(one.label), *figures])
    return out.getvalue()


def _plain(value: Number | None, measure: Measure) -> Number | str:
    """Return a figure as a spreadsheet reads it: money in pounds, and nothing where none is."""
    if value is None:
        return ""
    if measure.unit is Unit.PENCE:
        return f"{value / 100:.2f}"
    return value if isinstance(value, int) else round(value, 2)


def _written(
    sheets: Sequence[Sheet], wanted: Asked, only: str, practice: str, at: datetime
) -> bytes:
    out = BytesIO()
    # What somebody typed is text, whatever it begins with.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Workload, {wanted.period.label}", "author": practice})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        formats = {unit: book.add_format({"num_format": _FORMATS.get(unit, "0")}) for unit in Unit}
        about = book.add_worksheet("About")
        for row, (name, text) in enumerate(_about(wanted, only, practice, at)):
            about.write_string(row, 0, name, head)
            about.write_string(row, 1, text, wrap)
        about.set_column(0, 0, _WIDE)
        about.set_column(1, 1, _LONG)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.title), sheet, head, formats)
        _write_definitions(book.add_worksheet("Definitions"), head, wrap)
    return out.getvalue()


def _about(wanted: Asked, only: str, practice: str, at: datetime) -> list[tuple[str, str]]:
    return [
        ("Practice", practice),
        ("Period", wanted.period.label),
        ("Only", only or "everything"),
        ("Made", british_time(at)),
        ("Measured and stated", APART),
        ("Organisations", UNNAMED),
    ]


def _write_sheet(page: Worksheet, sheet: Sheet, head: Format, formats: dict[Unit, Format]) -> None:
    page.write_string(0, 0, sheet.title.removeprefix("By ").capitalize(), head)
    for column, measure in enumerate(MEASURES.values(), 1):
        page.write_string(0, column, measure.title, head)
    for row, one in enumerate(sheet.lines, 1):
        page.write_string(row, 0, one.label)
        for column, (key, measure) in enumerate(MEASURES.items(), 1):
            value = one[key]
            if value is not None:
                shown = value / 100 if measure.unit in _HUNDREDTHS else value
                page.write_number(row, column, shown, formats[measure.unit])
    page.set_column(0, 0, _WIDE)
    page.set_column(1, len(MEASURES), _NARROW)
    page.freeze_panes(1, 1)


def _write_definitions(page: Worksheet, head: Format, wrap: Format) -> None:
    for column, (title, width) in enumerate(
        (("Figure", _WIDE), ("Unit", _WIDE), ("What it means", _LONG), ("Name in the CSV", _WIDE))
    ):
        page.write_string(0, column, title, head)
        page.set_column(column, column, width)
    for row, measure in enumerate(MEASURES.values(), 1):
        unit = "pounds" if measure.unit is Unit.PENCE else measure.unit.value
        cells: tuple[Any, ...] = (measure.title, unit, measure.definition, measure.key)
        for column, text in enumerate(cells):
            page.write_string(row, column, text, wrap)
    page.freeze_panes(1, 0)


def _file(content: bytes, mimetype: str, wanted: Asked, ending: str) -> Response:
    reply = Response(content, content_type=mimetype)
    days = f"{wanted.period.since:%Y-%m-%d}_{wanted.period.until:%Y-%m-%d}"
    reply.headers["Content-Disposition"] = f'attachment; filename="workload_{days}.{ending}"'
    return reply
