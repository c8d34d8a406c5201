"""Papers about workload: nobody is told by a number, and each says what the ledger says."""

import subprocess
from collections import defaultdict
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import product

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lettergen import definitions, documents, models, reports, workload
from lettergen.config import Settings
from lettergen.documents import Office
from lettergen.models import Message, NotAllowed, Requester, Work
from lettergen.places import CHECKOUT
from lettergen.refusals import Refused
from lettergen.rendering import Renderer
from lettergen.reports import TooFewRequests, Wanted, organisation
from lettergen.reports.hiding import SMALL, hide
from lettergen.reports.names import names
from lettergen.reports.own_figures import own_figures
from lettergen.requests.catalogue.standing import Requests
from lettergen.workload import Period

TODAY = date(2026, 11, 20)
VERAPDF = CHECKOUT / "tests/verapdf/verapdf"
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
SHORT_ABSENCE = "employer_sick_le7"


def test_small_numbers_are_hidden_and_with_them_the_least_of_the_others():
    shown = hide([20, 3, 7, 0])

    assert shown.counts == (20, None, None, 0)
    assert shown.total == 30


def test_equal_numbers_are_hidden_together_for_the_choice_would_tell_the_small_one():
    assert hide([5, 5, 4]).counts == (None, None, None)


def test_a_small_total_is_told_no_more_than_its_parts():
    assert hide([1, 2]).total is None


def test_where_nothing_can_be_hidden_with_it_no_row_is_told():
    assert hide([1, 1, 1, 1, 1]).is_withheld


def test_a_number_that_another_table_tells_hides_no_other():
    shown = hide([6, 3, 9], keep=frozenset({0}))

    assert shown.counts == (6, None, None)


@pytest.mark.parametrize(("rows", "most"), [(1, 12), (2, 14), (3, 12), (4, 8)])
@pytest.mark.parametrize("keep", [frozenset(), frozenset({0})])
def test_who_knows_table_total_and_rules_is_left_with_a_choice(rows, most, keep):
    behind = defaultdict(list)
    for counts in product(range(most + 1), repeat=rows):
        shown = hide(counts, keep=keep)
        if not shown.is_withheld:
            behind[shown.counts, shown.total].append(counts)

    for (counts, _), tables in behind.items():
        places = [place for place, count in enumerate(counts) if count is None]
        # What lies beyond the largest number tried cannot be counted here.
        if sum(tables[0][place] for place in places) <= most:
            assert all(len({one[place] for one in tables}) > 1 for place in places)


@given(st.lists(st.integers(0, 60), max_size=12))
def test_no_hidden_number_follows_from_the_total(counts):
    shown = hide(counts)
    hidden = [count for count, told in zip(counts, shown.counts, strict=True) if told is None]

    assert all(told is None or told == 0 or told >= SMALL for told in shown.counts)
    if hidden and not shown.is_withheld:
        assert len(hidden) > 1
        assert sum(hidden) >= SMALL
        assert sum(hidden) != len(hidden)


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8))
def test_every_hidden_number_could_be_another(counts):
    shown = hide(counts)
    places = [place for place, told in enumerate(shown.counts) if told is None]
    if shown.is_withheld:
        return

    for place in places:
        others = (
            _moved(counts, place, other, by)
            for other in places
            if other != place
            for by in range(-30, 31)
            if by
        )
        assert any(min(one) >= 0 and hide(one).counts == shown.counts for one in others), (
            f"{counts[place]} can be worked out"
        )


def _moved(counts: list[int], place: int, other: int, by: int) -> list[int]:
    moved = list(counts)
    moved[place] += by
    moved[other] -= by
    return moved


@pytest.mark.parametrize(
    ("key", "month", "since", "until"),
    [
        ("partners", date(2026, 10, 1), date(2026, 10, 1), date(2026, 10, 31)),
        ("board", date(2026, 8, 1), date(2026, 7, 1), date(2026, 9, 30)),
        ("organisation", date(2026, 10, 1), date(2025, 11, 1), date(2026, 10, 31)),
    ],
)
def test_a_paper_is_about_its_months(key, month, since, until):
    found = reports.period_of(reports.kind_of(key), month, today=TODAY)

    assert found == Period(since, until)


def test_the_last_quarter_that_is_over_is_taken():
    assert reports.last_over(reports.kind_of("board"), TODAY).until == date(2026, 9, 30)


def test_a_month_to_come_is_refused():
    with pytest.raises(Refused, match="has not begun"):
        reports.period_of(reports.kind_of("poster"), date(2026, 12, 1), today=TODAY)


@pytest.fixture(scope="module")
def real_office():
    settings = Settings()
    with Renderer(settings.template_folders) as renderer:
        library = definitions.open_library(settings)
        yield Office(library, renderer, "https://letters.example.com")


@pytest.fixture(scope="module")
def requests():
    return Requests(Settings())


@pytest.fixture
def works(sessions, people):
    """October 2026: Example Works asked seven times, of which one is restricted; returns its id."""
    with sessions.begin() as session:
        made = Requester(
            practice_id=people.manager.practice_id,
            name="Example Works",
            kind="employer",
            address="2 Specimen Road\nZZ99 3WZ",
            is_on_account=False,
            created_at=_moment(1),
        )
        session.add(made)
        session.flush()
        for number in range(7):
            _note_case(session, people, made.id, number)
        return made.id


def _moment(day: int) -> datetime:
    return datetime(2026, 10, day, 9, tzinfo=UTC)


def _note_case(session, people, requester_id, number, slug=SHORT_ABSENCE, outcome=""):
    is_restricted = number == 6
    about = {
        "family": workload.REQUESTS,
        "slug": slug,
        "requester_class": "employer",
        "request_id": f"{number:032}",
    }
    day = number + 1
    workload.note(session, people.receptionist, "received", at=_moment(day), outcome="received",
                  requester_id=requester_id, received_on=date(2026, 10, day), **about)  # fmt: skip
    # A restricted request is known as such when it is decided: from then on it names nobody.
    known = None if is_restricted else requester_id
    workload.note(session, people.receptionist, "triaged", at=_moment(day + 1),
                  outcome=outcome or ("REDIRECT" if number < 4 else "ORG_FEE"), rule="R10",
                  minutes_expected=4, requester_id=known, **about)  # fmt: skip
    workload.note(session, people.clinician, "written", at=_moment(day + 2), outcome="written",
                  seconds=1200, requester_id=known, **about)  # fmt: skip


def _made(sessions, office, actor, requests, kind, now, **more):
    period = reports.last_over(reports.kind_of(kind), TODAY)
    with sessions() as session, models.changing(session):
        terms = requests.terms(session, actor)
        wanted = Wanted(reports.kind_of(kind), more.pop("period", period), **more)
        document = reports.make(session, office, actor, terms, wanted, at=now)
        session.flush()
        return documents.file(session, actor, document.id, documents.LETTER), document.pages


def _text(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(BytesIO(pdf))
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_the_partners_page_is_one_page_with_the_figures_of_the_month(
    sessions, people, real_office, requests, works, now
):
    pdf, pages = _made(
        sessions, real_office, people.clinician, requests, "partners", now,
        decisions=("Shall we write to Example Works?",),
    )  # fmt: skip

    assert pages == 1
    assert "Requests that came in 7 0 0" in _text(pdf)
    assert "The same time in appointments 14 0 0" in _text(pdf)
    assert "Shall we write to Example Works?" in _text(pdf)


def test_the_page_of_a_month_that_is_not_over_is_one_page_and_says_so(
    sessions, people, real_office, requests, works, now
):
    pdf, pages = _made(
        sessions, real_office, people.clinician, requests, "partners", now,
        period=Period(date(2026, 11, 1), date(2026, 11, 30)), decisions=("Shall we? " * 20,) * 2,
    )  # fmt: skip

    assert pages == 1
    assert "of each month, the first 20 days are told" in _text(pdf)
    assert "The month in figures November 2026 October 2026 November 2025" in _text(pdf)
    assert "Requests that came in 0 7 0" in _text(pdf)


@pytest.mark.slow
def test_papers_that_hold_anything_keep_both_standards(
    sessions, people, real_office, requests, works, now, tmp_path
):
    with sessions.begin() as session:
        session.get_one(Requester, works).name = "<b>Works & Sons</b> =1+1 " + "ÄŁ" * 38
    more = {"partners": {"decisions": ("<i>Shall we?</i> &amp;",)},
            "organisation": {"requester_id": works}, "board": {"period": OCTOBER}}  # fmt: skip
    files = []
    for kind in reports.KINDS:
        files.append(tmp_path / f"{kind}.pdf")
        pdf, _ = _made(sessions, real_office, people.manager, requests, kind, now,
                       **more.get(kind, {}))  # fmt: skip
        files[-1].write_bytes(pdf)

    told = subprocess.run([VERAPDF, "3a,ua1", *files], capture_output=True, text=True, check=False)

    assert told.stdout.count("pass ") == 2 * len(files), told.stdout + told.stderr
    assert told.returncode == 0


def test_the_letter_to_an_organisation_never_counts_a_restricted_request(
    sessions, people, real_office, requests, works, now
):
    pdf, _ = _made(
        sessions, real_office, people.manager, requests, "organisation", now, requester_id=works
    )

    assert "you sent us 6 requests" in _text(pdf)
    assert "They took our team 2.0 hours" in _text(pdf)
    assert "4 of the 6 that we decided (67%)" in _text(pdf)
    assert "What we propose" in _text(pdf)


def test_guidance_is_told_of_what_is_turned_away_as_a_rule_and_of_no_paid_work(
    session, people, requests, works
):
    for number in range(10, 14):
        _note_case(session, people, works, number, "pre_employment", outcome="REDIRECT")
    terms = requests.terms(session, people.manager)

    letter = organisation.paper(
        session, people.manager, OCTOBER, works, catalogue=terms.catalogue,
        names=names(terms.catalogue, definitions.open_library(Settings())), today=TODAY,
    )  # fmt: skip

    assert [one["title"] for one in letter.form["types"]] == [
        "Proof of sickness of 7 days or fewer",
        "Pre-employment, Armed Forces, police, fire or seafarer history form",
    ]
    assert [one["title"] for one in letter.form["guidance"]] == [
        "Proof of sickness of 7 days or fewer"
    ]


def test_an_organisation_with_four_requests_gets_no_letter(
    sessions, people, real_office, requests, works, now
):
    with pytest.raises(TooFewRequests, match=r"Example Works sent 4 requests .* at least 5"):
        _made(
            sessions, real_office, people.manager, requests, "organisation", now,
            requester_id=works, period=Period(date(2026, 10, 1), date(2026, 10, 4)),
        )  # fmt: skip


def test_a_type_that_is_restricted_is_left_out_as_well(session, people, works):
    year = Period(date(2025, 11, 1), date(2026, 10, 31))

    found = own_figures(session, people.manager, year, works, {SHORT_ABSENCE}, today=TODAY)

    assert found.asked == 0


def test_the_report_for_the_board_hides_what_is_small(
    sessions, people, real_office, requests, works, now
):
    pdf, _ = _made(
        sessions, real_office, people.manager, requests, "board", now,
        period=Period(date(2026, 10, 1), date(2026, 12, 31)),
    )  # fmt: skip

    # Four were redirected, three are for the employer to pay: only the sum is no small number.
    assert "7 requests" in _text(pdf)
    assert "An employer 7" in _text(pdf)
    assert "2 more are hidden" in _text(pdf)
    assert "something better exists" not in _text(pdf)


def test_the_poster_tells_no_small_number(sessions, people, real_office, requests, works, now):
    pdf, pages = _made(sessions, real_office, people.clinician, requests, "poster", now)

    assert pages == 1
    assert "7 times somebody asked us" in _text(pdf)
    assert "no letter was needed. We told" not in _text(pdf)


def test_the_board_is_told_no_rate_of_days_to_come(
    sessions, people, real_office, requests, works, now
):
    with sessions() as session, models.changing(session):
        sizes = {"list_sizes": [{"from": "2026-01-01", "patients": 10_000}]}
        workload.save(session, people.manager, sizes, at=now)

    pdf, _ = _made(
        sessions, real_office, people.manager, requests, "board", now,
        period=Period(date(2026, 10, 1), date(2026, 12, 31)),
    )  # fmt: skip

    assert "Requests for letters, 1 October 2026 to 20 November 2026" in _text(pdf)
    # Seven in a month and 20 of 30 days.
    assert "0.42 a month for 1,000 patients" in _text(pdf)


def test_a_paper_about_work_is_no_work(sessions, people, real_office, requests, works, now):
    with sessions() as session:
        before = len(session.scalars(select(Work)).all())

    _made(sessions, real_office, people.manager, requests, "partners", now)

    with sessions() as session:
        assert len(session.scalars(select(Work)).all()) == before


def test_only_a_manager_writes_to_the_board(sessions, people, real_office, requests, now):
    with pytest.raises(NotAllowed):
        _made(sessions, real_office, people.clinician, requests, "board", now)


def test_a_month_before_the_log_began_has_no_paper(
    sessions, people, real_office, requests, works, now
):
    with pytest.raises(Refused, match="The log begins on 1 October 2026"):
        _made(
            sessions, real_office, people.manager, requests, "partners", now,
            period=Period(date(2026, 9, 1), date(2026, 9, 30)),
        )  # fmt: skip


def test_an_empty_log_has_nothing_due(sessions, people, now):
    with sessions() as session, models.changing(session):
        workload.save(session, people.manager, {"reports": {"kinds": ["poster"]}}, at=now)

        assert reports.due(session, people.manager, at=now) == []


def test_what_is_due_is_made_and_told_once(sessions, people, real_office, requests, works, now):
    chosen = {"kinds": ["poster"], "emails": ["partners@example.com"]}
    with sessions() as session, models.changing(session):
        workload.save(session, people.manager, {"reports": chosen}, at=now)
        [wanted] = reports.due(session, people.manager, at=now)
        terms = requests.terms(session, people.manager)

    ids = []
    for _ in range(2):
        with sessions() as session, models.changing(session):
            ids.append(
                reports.make_due(
                    session, real_office, people.manager, terms, wanted, tell=True, at=now
                ).id
            )
    with sessions() as session:
        [message] = session.scalars(select(Message))
        [known] = reports.due(session, people.manager, at=now)

        assert ids[0] == ids[1] == known.document.id
        assert f"/documents/{ids[0]}" in message.body


def test_the_papers_that_make_themselves_are_those_that_settings_know():
    own = [one.key for one in reports.KINDS.values() if one.is_monthly or one.is_quarterly]

    assert sorted(own) == sorted(workload.settings.BY_THEMSELVES)
