"""The letter for the two engines that take no HTML: Typst and ReportLab."""

from collections.abc import Callable
from html import escape
from io import BytesIO
from pathlib import Path

from bench.content import Letter, Section

TYPST_HEAD = """#set document(title: {title}, author: "Dr Alexis Specimen")
#set document(date: datetime(year: 2026, month: 11, day: 20))
#set page(paper: "a4", margin: 18mm, numbering: "1 of 1")
#set text(font: "Arimo", size: 10pt, lang: "en", region: "gb")
#set heading(numbering: none)
"""


def typst_source(letter: Letter) -> str:
    """Return the letter as Typst markup."""
    parts = [TYPST_HEAD.format(title=_quoted(letter.title))]
    parts += [f"#{_text(line)} \\" for line in letter.head]
    parts.append(f"\n= #{_text(letter.title)}\n")
    for section in letter.sections:
        parts += [f"\n== #{_text(section.title)}\n", *_typst_tables(section)]
        parts += [f"#par({_text(line)})" for line in section.paragraphs]
    return "\n".join(parts)


def _typst_tables(section: Section) -> list[str]:
    made = []
    if section.table:
        head, *body = section.table
        heads = ", ".join(f"[#{_text(cell)}]" for cell in head)
        cells = ", ".join(f"[#{_text(cell)}]" for row in body for cell in row)
        grid = f"table(columns: {len(head)}, table.header({heads}), {cells})"
        made.append(f"#figure(caption: [#{_text(section.caption)}], {grid})")
    if section.rows:
        cells = ", ".join(f"[#{_text(a)}], [#{_text(b)}]" for a, b in section.rows)
        made.append(f"#table(columns: (32mm, 1fr), {cells})")
    return made


def _text(text: str) -> str:
    return f"text({_quoted(text)})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def reportlab_maker(letter: Letter, fonts: Path) -> Callable[[], bytes]:
    """Return a function that makes the letter by ReportLab's page templates and flowables."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table  # noqa: PLC0415

    pdfmetrics.registerFont(TTFont("Arimo", fonts / "Arimo-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Arimo-Bold", fonts / "Arimo-Bold.ttf"))
    plain = ParagraphStyle("plain", fontName="Arimo", fontSize=10, leading=13)
    bold = ParagraphStyle("bold", plain, fontName="Arimo-Bold")
    grid = [("GRID", (0, 0), (-1, -1), 0.5, "#8a96a3"), ("VALIGN", (0, 0), (-1, -1), "TOP")]

    def table(rows: list[list[str]]) -> Table:
        cells = [[Paragraph(escape(cell), plain) for cell in row] for row in rows]
        widths = [90, 390] if len(rows[0]) == len(("label", "text")) else None
        return Table(cells, style=grid, colWidths=widths)

    def make() -> bytes:
        story = [Paragraph(escape(line), plain) for line in letter.head]
        story.append(Paragraph(escape(letter.title), bold))
        for section in letter.sections:
            story.append(Paragraph(escape(section.title), bold))
            if section.table:
                story += [Paragraph(escape(section.caption), bold), table(section.table)]
            if section.rows:
                story.append(table([list(row) for row in section.rows]))
            story += [Paragraph(escape(line), plain) for line in section.paragraphs]
        target = BytesIO()
        SimpleDocTemplate(target, pagesize=A4, margins=51, invariant=1).build(story)
        return target.getvalue()

    return make
