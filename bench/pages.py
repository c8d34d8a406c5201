"""The letter as a straightforward HTML page, for WeasyPrint's plain recipe and for Chromium."""

from html import escape

from bench.content import Letter, Section

# What one writes without a thought for the engine: one style block, flex and grid, and tables
# that collapse their borders and find their own widths. Sized to fill two pages, as the letter.
STYLE = """
@page {
  size: A4; margin: 18mm;
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font-size: 9pt; }
}
* { box-sizing: border-box; }
html { font: 10pt/1.3 Arimo, sans-serif; }
body { margin: 0; color: #111; }
header { display: flex; justify-content: space-between; gap: 10mm; margin-bottom: 5mm; }
header div { flex: 1; }
p { margin: 0 0 2pt; }
h1 { font-size: 13pt; margin: 0 0 5pt; }
h2 { font-size: 11pt; color: #17456e; margin: 7pt 0 3pt; border-bottom: 1pt solid #17456e; }
.glance {
  display: grid; grid-template-columns: 28mm 1fr; gap: 1pt 4mm;
  border: 1pt solid #17456e; border-radius: 3pt; padding: 4pt;
}
table { border-collapse: collapse; width: 100%; margin-bottom: 3pt; }
caption { text-align: left; font-weight: 700; }
th, td { text-align: left; vertical-align: top; padding: 1pt 4pt; border: 0.5pt solid #8a96a3; }
"""


def page(letter: Letter) -> str:
    """Return the page, which relies on Arimo as a font of the machine."""
    half = (len(letter.head) + 1) // 2
    columns = "".join(
        f"<div>{''.join(f'<p>{escape(text)}</p>' for text in part)}</div>"
        for part in (letter.head[:half], letter.head[half:])
    )
    sections = "".join(_section(one, is_first=not n) for n, one in enumerate(letter.sections))
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{escape(letter.title)}</title><style>{STYLE}</style></head><body>"
        f"<header>{columns}</header><h1>{escape(letter.title)}</h1>{sections}</body></html>"
    )


def _section(section: Section, *, is_first: bool) -> str:
    rows = _grid(section.rows) if is_first else _rows(section.rows)
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in section.paragraphs)
    return f"<section><h2>{escape(section.title)}</h2>{_table(section)}{rows}{paragraphs}</section>"


def _grid(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<b>{escape(a)}</b><span>{escape(b)}</span>" for a, b in rows)
    return f'<div class="glance">{cells}</div>' if rows else ""


def _rows(rows: list[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{lines}</table>" if rows else ""


def _table(section: Section) -> str:
    if not section.table:
        return ""
    head, *body = section.table
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in body)
    return (
        f"<table><caption>{escape(section.caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    )
