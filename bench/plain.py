"""WeasyPrint's plain recipe in a process of its own: pages from standard input, times back.

Run with "with" or "without" the HarfBuzz subsetter. Each line of input is the path of a page;
each line of output is the milliseconds that `HTML(string=…).write_pdf()` took, and the PDF's pages.
"""

import logging
import sys
import time
from pathlib import Path

from weasyprint import HTML
from weasyprint.pdf import fonts


def main() -> None:
    """Answer lines until standard input closes."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    if sys.argv[1] == "without":
        # What WeasyPrint does by itself on a machine that lacks libharfbuzz-subset.
        fonts.harfbuzz_subset = None
    for line in sys.stdin:
        page = Path(line.strip()).read_text("utf-8")
        began = time.perf_counter()
        made = HTML(string=page).write_pdf()
        took = (time.perf_counter() - began) * 1000
        Path(f"{line.strip()}.{sys.argv[1]}.pdf").write_bytes(made)
        sys.stdout.write(f"{took}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
