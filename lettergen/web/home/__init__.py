"""The first page, the help, and what waits for somebody."""
