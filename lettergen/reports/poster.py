"""The poster for the waiting room: what the practice did in a month, in plain words.

For readers from nine years on; numbers under five are not told, nor is anybody's work.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor
from lettergen.reports.frame import Paper
from lettergen.reports.hiding import SMALL
from lettergen.reports.kinds import KINDS, POSTER
from lettergen.reports.words import count
from lettergen.workload import Line, Period
from lettergen.workload.measures import MINUTES_AN_APPOINTMENT


def paper(session: Session, actor: Actor, month: Period, *, today: date) -> Paper:
    """Return the poster of a month; what is too little to tell is left out.

    Of a month that is not over it says so.
    """
    kind = KINDS[POSTER]
    total = workload.total(session, actor, month)
    so_far = " so far" if today < month.until else ""
    title = f"What your practice did in {month.label}{so_far}"
    return Paper(
        kind=kind,
        title=title,
        addressee="For our patients",
        form={"facts": list(_facts(total))},
        must_hold=(title,),
        has_mark=False,
    )


def _facts(total: Line) -> Iterator[dict[str, str]]:
    """Yield each fact that is large enough to tell: its number, and what it counts."""
    appointments = round((total["gp_minutes"] or 0) / MINUTES_AN_APPOINTMENT)
    known = (
        (total["requests"], "times somebody asked us for a letter, a form or a copy."),
        (total["letters"], "letters and forms were written."),
        (total["avoided"], "times no letter was needed. We showed people a better way."),
        (
            appointments,
            "visits to a doctor could have filled the time that doctors spent on letters.",
        ),
    )
    for number, says in known:
        if (number or 0) >= SMALL:
            yield {"number": count(number), "says": says}
    days = total["turnaround_median"]
    if days is not None and (total["released"] or 0) >= SMALL:
        unit = "working day" if days == 1 else "working days"
        yield {
            "number": count(days),
            "says": f"{unit} or less: that is how long half of you waited.",
        }
