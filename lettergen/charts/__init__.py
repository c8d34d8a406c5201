"""Charts as geometry: numbers go in, and plain shapes come out that any of our templates can draw.

`columns`, `shares` and `bar` return what `templates/letters/_charts.html` draws as SVG, on a web
page and in a PDF alike. Nothing here knows what is counted, or of colours: a style is a number.
"""

from lettergen.charts.bars import Part, bar
from lettergen.charts.columns import Column, columns
from lettergen.charts.drawing import STYLES, Bar, Box, Chart, Line, Text
from lettergen.charts.scales import Scale, scale
from lettergen.charts.shares import Share, shares

__all__ = [
    "STYLES",
    "Bar",
    "Box",
    "Chart",
    "Column",
    "Line",
    "Part",
    "Scale",
    "Share",
    "Text",
    "bar",
    "columns",
    "scale",
    "shares",
]
