"""The engines of the benchmark: each a name and a function that makes one letter and is timed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path

from bench import typeset
from bench.content import Letter, letter_of
from bench.pages import page
from lettergen.cli.answers import open_answers
from lettergen.letters import LETTER, Heading, sheets
from lettergen.places import CHECKOUT, shipped
from lettergen.rendering import Renderer, Sheet
from lettergen.rendering.outline import reading_order
from lettergen.rendering.pool import SHIPPED_FONTS

ANSWERS = CHECKOUT / "forms" / "examples" / "adhd-referral.json"
FORM = "adhd-referral"
ADDRESS = "https://letters.example.com"
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Each call makes the letter once and returns the milliseconds it took.
Engine = Callable[[], float]


def reference_sheets() -> dict[str, Sheet]:
    """Return the final sheets of the ADHD referral that the project ships as an example."""
    given = open_answers(FORM, ANSWERS, "2026-11-20")
    at = datetime.combine(given.on, clock(12), UTC)
    heading = Heading(reference="LG-7K3M-9QXP", address=ADDRESS)
    return sheets(given.read(), at=at, heading=heading)


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, Engine]]:
    """Yield the engines that this machine has, warm, in the order of the table."""
    sheet = reference_sheets()[LETTER]
    with ExitStack() as open_things:
        renderer = open_things.enter_context(Renderer([shipped("templates") / "letters"]))
        letter = letter_of(reading_order(renderer.render(sheet).pdf))
        html = folder / "page.html"
        html.write_text(page(letter), "utf-8")
        around = _font_settings(folder)
        found: dict[str, Engine] = {"lettergen": timed(lambda: renderer.render(sheet))}
        for how in ("with", "without"):
            plain = open_things.enter_context(_plain(how, html, around))
            found[f"WeasyPrint, plain recipe, {how} the subsetter"] = plain
        new_tab, one_tab = open_things.enter_context(_chromium(html, around))
        found["Chromium, kept warm, a new tab for each letter"] = new_tab
        found["Chromium, kept warm, one tab for all letters"] = one_tab
        found["ReportLab, untagged"] = timed(typeset.reportlab_maker(letter, SHIPPED_FONTS))
        for standard in ("ua-1", "a-3a"):
            found[f"Typst, kept compiler, {standard}"] = _typst(letter, standard, folder)
        yield found


def cold_commands(folder: Path) -> dict[str, list[str]]:
    """Return the two commands whose whole processes are compared."""
    html, pdf = folder / "page.html", folder / "cold.pdf"
    render = ["render", FORM, str(ANSWERS), "--out", str(pdf)]
    return {
        "lettergen render": [sys.executable, "-m", "lettergen.cli", *render],
        "import weasyprint and one render": [
            sys.executable, "-m", "bench.cold", str(html), str(pdf),
        ],
    }  # fmt: skip


def timed(make: Callable[[], object]) -> Engine:
    """Return a function that calls `make` and says how many milliseconds that took."""

    def run() -> float:
        began = time.perf_counter()
        make()
        return (time.perf_counter() - began) * 1000

    return run


def _font_settings(folder: Path) -> dict[str, str]:
    """Return an environment in which Arimo is a font of the machine.

    That is quicker for WeasyPrint than @font-face, and Chromium loads no file from a page that
    it was given as text.
    """
    settings = folder / "fonts.conf"
    settings.write_text(
        "<fontconfig><include>/etc/fonts/fonts.conf</include>"
        f"<dir>{SHIPPED_FONTS}</dir></fontconfig>",
        "utf-8",
    )
    return {**os.environ, "FONTCONFIG_FILE": str(settings)}


@contextmanager
def _plain(how: str, html: Path, around: dict[str, str]) -> Iterator[Engine]:
    command = [sys.executable, "-m", "bench.plain", how]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=around,
    ) as process:

        def run() -> float:
            process.stdin.write(f"{html}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield run
        process.stdin.close()


@contextmanager
def _chromium(html: Path, around: dict[str, str]) -> Iterator[tuple[Engine, Engine]]:
    """Yield two ways with one browser: a new tab for each letter, and one tab for all."""
    # Not at the top: an engine that is not installed must not stop the tests of the others.
    from playwright.sync_api import Page, sync_playwright  # noqa: PLC0415

    text = html.read_text("utf-8")

    def print_in(tab: Page) -> None:
        tab.set_content(text)
        tab.pdf(prefer_css_page_size=True, tagged=True, outline=True, print_background=True)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS, env=around
        )
        kept = browser.new_page()

        def print_in_new_tab() -> None:
            tab = browser.new_page()
            print_in(tab)
            tab.close()

        yield timed(print_in_new_tab), timed(lambda: print_in(kept))
        browser.close()


def _typst(letter: Letter, standard: str, folder: Path) -> Engine:
    import typst  # noqa: PLC0415

    source = folder / "letter.typ"
    source.write_text(typeset.typst_source(letter), "utf-8")
    fonts = [str(SHIPPED_FONTS)]
    compiler = typst.Compiler(source, root=folder, font_paths=fonts, ignore_system_fonts=True)
    return timed(lambda: compiler.compile(format="pdf", pdf_standards=standard))
