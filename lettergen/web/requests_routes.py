"""All routes of requests: their page with its buttons, papers and details, under one name."""

from lettergen.web import (
    request_clocks,
    requests_acts,
    requests_details,
    requests_elsewhere,
    requests_finding,
    requests_papers,
)
from lettergen.web.requests_page import requests

__all__ = [
    "request_clocks",
    "requests",
    "requests_acts",
    "requests_details",
    "requests_elsewhere",
    "requests_finding",
    "requests_papers",
]
