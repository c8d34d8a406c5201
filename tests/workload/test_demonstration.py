"""Three years of made-up work have every kind of row, and sums that are those of the rows."""

from datetime import date

import pytest
from sqlalchemy import func, select

from lettergen import accounts, config, workload
from lettergen.cli import history
from lettergen.models import Document, Request, Work
from lettergen.places import CHECKOUT
from lettergen.refusals import Refused
from lettergen.workload import BY_HAND, KINDS, MEASURES, Period

TODAY = date(2026, 11, 20)
NUMBER = 500
YEARS = Period(date(2023, 11, 1), date(2026, 11, 30))


@pytest.fixture
def written(sessions):
    """A function that writes the documents into the standing practice's database."""

    def write() -> dict:
        with sessions() as session:
            settings = config.load()
            history.write(settings, session, NUMBER, lambda _: None, today=TODAY)
            actor = accounts.operator_of(accounts.practices(session)[0])
            assert workload.verify(session, actor.practice_id) == []
            return {
                "documents": session.scalar(select(func.count()).select_from(Document)),
                "requests": session.scalar(select(func.count()).select_from(Request)),
                "kinds": set(session.scalars(select(Work.kind).distinct())),
                "late": workload.late(session, actor, TODAY),
                **workload.total(session, actor, YEARS).values,
            }

    return write


def test_documents_that_count_have_all_kinds_of_work(written):
    found = written()

    unseen = {"refused", "credited", "refunded", "checked", "written", "breached", "struck"}
    assert found["documents"] == NUMBER
    assert found["requests"] == pytest.approx(NUMBER / 2, rel=0.2)
    assert found["kinds"] == set(KINDS) - unseen - set(BY_HAND)
    assert found["late"] > 0
    assert {key for key in MEASURES if not found[key]} <= {
        "requests_per_1000", "discarded", "fees_refused", "breaches", "waivers", "waived_value",
    }  # fmt: skip
    with pytest.raises(Refused, match="there already"):
        written()


def test_the_guide_holds_every_definition_and_kind():
    guide = (CHECKOUT / "docs/workload.md").read_text("utf-8")

    for one in MEASURES.values():
        assert f"| `{one.key}` | {one.title} | {one.unit.value} | {one.definition} |" in guide
    for key, kind in KINDS.items():
        assert f"| `{key}` | {kind.title} | {kind.says} |" in guide
