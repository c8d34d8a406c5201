"""From times to a page: medians, ratios with their targets, and what stands behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

OURS = "lettergen"
SEALING = "sealing a letter and its copies"
STORING = "storing a reviewed letter, without its seals"
PLAIN = "WeasyPrint, plain recipe, with the subsetter"
# Ratio of which two, and what it may be at most.
TARGETS = (
    (OURS, PLAIN, 0.8),
    (OURS, "WeasyPrint, plain recipe, without the subsetter", 0.3),
    (OURS, "Chromium, kept warm, a new tab for each letter", 0.35),
    (SEALING, OURS, 0.5),
    (STORING, OURS, 0.25),
)
COLD = ("lettergen render", "import weasyprint and one render", 1.5)
HEAD = """Written by `python -m bench`. {machine}; {rounds} interleaved rounds; medians in
milliseconds. A ratio is the median of the ratios of the rounds. Compare ratios, not milliseconds,
with those of another machine."""
NOTES = Path(__file__).with_name("NOTES.md")
# Measured apart, by bench.workload.
WORKLOAD = Path(__file__).with_name("WORKLOAD.md")


@dataclass(frozen=True)
class Measured:
    """Milliseconds by name, round by round, and where and how often they were taken."""

    warm: dict[str, list[float]]
    cold: dict[str, list[float]]
    machine: str
    rounds: int


def report(measured: Measured) -> str:
    """Return the results as a page in Markdown."""
    return "\n".join(
        (
            "# Results of the benchmark",
            "",
            HEAD.format(machine=measured.machine, rounds=measured.rounds),
            "",
            *_medians(measured.warm),
            "",
            *_ratios(measured),
            "",
            NOTES.read_text("utf-8"),
            WORKLOAD.read_text("utf-8"),
        )
    )


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """Return the median of the ratios round by round: what a round shares cancels out."""
    return median(a / b for a, b in zip(over, under, strict=True))


def _medians(warm: dict[str, list[float]]) -> list[str]:
    lines = ["| warm, one letter | ms | quickest | of lettergen |", "| --- | ---: | ---: | ---: |"]
    for name, times in warm.items():
        share = ratio(times, warm[OURS])
        lines.append(f"| {name} | {median(times):.1f} | {min(times):.1f} | {share:.2f}× |")
    return lines


def _ratios(measured: Measured) -> list[str]:
    lines = ["| ratio | measured | target | |", "| --- | ---: | ---: | --- |"]
    for over, under, most in TARGETS:
        found = ratio(measured.warm[over], measured.warm[under])
        lines.append(_line(over, under, found, most))
    over, under, most = COLD
    lines.append(_line(over, under, ratio(measured.cold[over], measured.cold[under]), most))
    typst = next(name for name in measured.warm if name.startswith("Typst"))
    distance = ratio(measured.warm[OURS], measured.warm[typst])
    return [*lines, f"| {OURS} / {typst} | {distance:.0f}× | none set | |"]


def _line(over: str, under: str, found: float, most: float) -> str:
    verdict = "reached" if found <= most else "missed"
    return f"| {over} / {under} | {found:.2f}× | ≤ {most:.2f}× | {verdict} |"
