"""Charts are true to their numbers, fit their frame, and can be read without colour or eyes."""

import re
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from lettergen import charts
from lettergen.charts import Column, Part, Share
from lettergen.config import Settings
from lettergen.rendering.wording import open_templates

LEGEND = ("Avoided", "Done", "Open")
# To the hundredth, as money is: no figure is finer.
AMOUNTS = st.integers(-(10**9), 10**9).map(lambda pence: pence / 100)


def plainly(value: float) -> str:
    return f"{value:,.0f}"


def drawn(macro: str, **values: Any) -> BeautifulSoup:
    """What a template of a letter makes of a chart, read as strictly as HTML can be."""
    sandbox = open_templates(Settings().template_folders)
    source = '{% import "_charts.html" as draw %}' + macro
    html = sandbox.from_string(source).render(values)
    page = f"<!DOCTYPE html><html lang='en'><head><title>x</title></head><body>{html}</body></html>"
    html5lib.HTMLParser(strict=True).parse(page)
    return BeautifulSoup(page, "html5lib")


@pytest.fixture
def months() -> charts.Chart:
    given_ones = [
        Column("O", 40, 20, "October: 40", "/rows?month=10"),
        Column("N", 10, None, "November: 10", "/rows?month=11", is_open=True),
    ]
    return charts.columns("requests", "Requests", "Two months", given_ones, plainly)


def test_a_column_is_as_high_as_its_value(months: charts.Chart) -> None:
    first, second = months.boxes

    assert first.height == pytest.approx(4 * second.height, abs=0.3)
    assert first.y + first.height == pytest.approx(second.y + second.height, abs=0.1)


def test_the_year_before_is_marked_at_half_the_height_of_twice_as_much(
    months: charts.Chart,
) -> None:
    (mark,) = [one for one in months.lines if one.kind == "mark"]

    assert mark.y1 == pytest.approx(months.boxes[0].y + months.boxes[0].height / 2, abs=0.2)


def test_a_month_that_is_not_over_looks_different(months: charts.Chart) -> None:
    assert months.boxes[0].style != months.boxes[1].style


def test_values_below_zero_hang_from_the_line_of_zero() -> None:
    chart = charts.columns("net", "Net", "", [Column("A", 10), Column("B", -10)], plainly)
    (zero,) = [one for one in chart.lines if one.kind == "axis"]
    above, below = chart.boxes

    assert above.y + above.height == pytest.approx(zero.y1, abs=0.2)
    assert below.y == pytest.approx(zero.y1, abs=0.2)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=24))
def test_columns_stay_inside_their_chart(pairs: list[tuple[float, float]]) -> None:
    chart = charts.columns("x", "x", "", [Column("M", *pair) for pair in pairs], plainly)

    for box in chart.boxes:
        assert box.x >= 0
        assert box.x + box.width <= chart.width + 0.2
        assert box.y >= 0
        assert box.y + box.height <= chart.height
    assert len(chart.boxes) == len(pairs)


def test_nothing_at_all_is_still_a_chart() -> None:
    chart = charts.columns("x", "Requests", "None yet", [], plainly)

    assert not chart.boxes
    assert [one.words for one in chart.texts] == ["0"]


@given(AMOUNTS, AMOUNTS)
def test_a_scale_holds_zero_and_its_values_in_round_steps(one: float, other: float) -> None:
    made = charts.scale(min(one, other), max(one, other), 100)

    assert made.least <= min(one, other, 0)
    assert made.most >= max(one, other, 0)
    assert 0 in made.ticks
    assert len(made.ticks) <= 12
    steps = [after - before for before, after in pairwise(made.ticks)]
    assert max(steps, default=0) == pytest.approx(min(steps, default=0))
    assert bool(steps) == bool(one or other)


def test_there_is_no_half_request_on_a_scale() -> None:
    assert charts.scale(0, 2, 100).ticks == (0, 1, 2)


def test_shares_are_cut_in_proportion_and_say_their_percentage() -> None:
    chart = charts.shares("mix", "Mix", "", LEGEND, [Share("May", [50, 25, 25])])
    cut = chart.boxes[len(LEGEND) :]

    assert [one.width for one in cut] == [170, 85, 85]
    assert sum(one.words == "25%" for one in chart.texts) == 2


def test_a_narrow_share_leaves_its_number_to_the_table() -> None:
    chart = charts.shares("mix", "Mix", "", LEGEND, [Share("May", [98, 1, 1])])

    assert [one.words for one in chart.texts if "%" in one.words] == ["98%"]


def test_a_bar_of_nothing_is_an_empty_frame() -> None:
    chart = charts.shares("mix", "Mix", "", LEGEND, [Share("May", [0, 0, 0])])

    assert len(chart.boxes) == len(LEGEND)
    assert len(chart.lines) == 4


@pytest.mark.parametrize("parts", [[1, 2], [1, 2, -1]])
def test_shares_that_cannot_be_are_refused(parts: list[float]) -> None:
    with pytest.raises(ValueError, match="one part, not negative"):
        charts.shares("mix", "Mix", "", LEGEND, [Share("May", parts)])


def test_parts_of_a_bar_follow_each_other() -> None:
    bar = charts.bar("30 minutes", [Part(20, 0), Part(10, 1)], most=40)

    assert [(one.x, one.width) for one in bar.boxes] == [(0, 50), (50, 25)]


def test_what_is_there_is_seen_however_little_it_is() -> None:
    assert charts.bar("1", [Part(1, 0)], most=100_000).boxes[0].width >= 1


def test_a_mark_beyond_the_scale_stands_at_its_end() -> None:
    bar = charts.bar("x", [Part(1, 0)], most=10, mark=20)

    assert 99 < bar.lines[0].x1 <= 100


@given(st.lists(st.floats(-10, 1e6, allow_nan=False), max_size=5), st.floats(0, 1e6))
def test_bars_stay_inside_their_cell(amounts: list[float], most: float) -> None:
    bar = charts.bar("x", [Part(one, 0) for one in amounts], most)

    assert all(one.x + one.width <= 100.2 for one in bar.boxes)


def test_a_chart_has_a_title_and_a_description(months: charts.Chart) -> None:
    svg = drawn("{{ draw.chart(one) }}", one=months).svg

    assert svg.title.string == "Requests"
    assert svg.desc.string == "Two months"
    assert svg["aria-labelledby"] == svg.title["id"]
    assert svg["aria-describedby"] == svg.desc["id"]


def test_each_column_leads_to_its_rows_by_name(months: charts.Chart) -> None:
    svg = drawn("{{ draw.chart(one) }}", one=months).svg

    assert svg["role"] == "group"
    assert [(a["href"], a["aria-label"]) for a in svg.select("a")] == [
        ("/rows?month=10", "October: 40"),
        ("/rows?month=11", "November: 10"),
    ]


def test_a_chart_without_links_is_one_picture() -> None:
    chart = charts.shares("mix", "Mix", "Text", LEGEND, [Share("May", [1, 1, 1])])

    assert drawn("{{ draw.chart(one) }}", one=chart).svg["role"] == "img"


def test_a_chart_as_plain_data_looks_the_same(months: charts.Chart) -> None:
    macro = "{{ draw.chart(one) }}"

    assert str(drawn(macro, one=months)) == str(drawn(macro, one=asdict(months)))


def test_a_chart_needs_no_style_sheet_and_no_script(months: charts.Chart) -> None:
    page = drawn("{{ draw.chart(one) }}", one=months)

    assert not page.select("[style], style, script")
    assert all("font-family" in one.attrs for one in page.select("text"))


@pytest.mark.parametrize("style", range(1, charts.STYLES))
def test_each_style_but_the_plain_one_has_a_pattern_of_its_own(style: int) -> None:
    page = drawn("{{ draw.swatch(style, 'k') }}", style=style)

    assert page.select_one(f"#k-{style} path, #k-{style} circle")
    assert page.select_one(f"rect[fill='url(#k-{style})']")


def test_styles_next_to_each_other_differ_in_grey() -> None:
    macro = "{% for one in range %}{{ draw.swatch(one, 'k' ~ one) }}{% endfor %}"
    plain, *others = drawn(macro, range=list(range(charts.STYLES))).select("svg")
    shades = [_grey(one["fill"]) for one in (plain.rect, *(one.pattern.rect for one in others))]

    assert all(abs(one - other) > 60 for one, other in pairwise(shades))


def test_hostile_words_stay_words() -> None:
    bad = "</text><script>alert(1)</script>"
    chart = charts.shares(bad, bad, bad, [bad], [Share(bad, [1], [f'"{bad}'], [bad])])

    assert not drawn("{{ draw.chart(one) }}", one=chart).select("script")


def _grey(colour: str) -> float:
    red, green, blue = (int(one, 16) for one in re.findall("[0-9a-f]{2}", colour))
    return 0.299 * red + 0.587 * green + 0.114 * blue
