"""The web application for a WSGI server, configured by the environment (docs/settings.md)."""

from lettergen.app import create_app
from lettergen.config import load

app = create_app(load())
