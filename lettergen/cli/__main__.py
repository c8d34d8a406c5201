"""`python -m lettergen.cli` is `lettergen`."""

from lettergen.cli import main

main()
