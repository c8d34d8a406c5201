"""All routes of requests: their page with its buttons, papers and details, under one name."""

from lettergen.web.requests import acts, clocks, details, elsewhere, finding, papers
from lettergen.web.requests.page import requests

__all__ = ["acts", "clocks", "details", "elsewhere", "finding", "papers", "requests"]
