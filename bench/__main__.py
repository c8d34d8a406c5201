"""Time every engine on one letter, print medians and ratios, and write bench/RESULTS.md."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.engines import Engine, cold_commands, engines
from bench.results import SEALING, STORING, Measured, report
from bench.sealing import sealing
from bench.storing import storing

WARM_UP = 3
PAUSE = 0.3
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Run the benchmark; rounds are interleaved, so that a busy moment strikes all engines."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=20)
    asked.add_argument("--cold-rounds", type=int, default=7)
    asked.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="lettergen-bench-") as name:
        folder = Path(name)
        with engines(folder) as found, storing(folder) as store:
            measured = {**found, SEALING: sealing(), STORING: store}
            warm = measure(measured, options.rounds)
        cold = measure_cold(folder, options.cold_rounds)
    text = report(Measured(warm, cold, _machine(), options.rounds))
    sys.stdout.write(text)
    if not options.no_write:
        RESULTS.write_text(text, "utf-8")


def measure(found: Mapping[str, Engine], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each engine in each round, after a few that do not count."""
    times: dict[str, list[float]] = {name: [] for name in found}
    for number in range(WARM_UP + rounds):
        for name, run in found.items():
            # What an engine tidies up behind itself must not strike the next one.
            time.sleep(PAUSE)
            took = run()
            if number >= WARM_UP:
                times[name].append(took)
    return times


def measure_cold(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each whole process in each round."""
    commands = cold_commands(folder)
    times: dict[str, list[float]] = {name: [] for name in commands}
    around = {**os.environ, "LETTERGEN_DATA": str(folder / "data")}
    for number in range(1 + rounds):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=around)
            if number:
                times[name].append((time.perf_counter() - began) * 1000)
    return times


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{platform.system()} on {platform.machine()}, {cores} cores, Python {python}"


if __name__ == "__main__":
    main()
