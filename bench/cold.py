"""What a command cannot do without: import WeasyPrint and render one page, in a fresh process."""

import sys

import weasyprint

weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2])
