"""Work in the log of a practice, as tests of routes need it."""

from datetime import datetime
from typing import Any

from flask import Flask

from lettergen import models, workload
from lettergen.models import Actor


def call(app: Flask, actor: Actor, *, at: datetime) -> str:
    """Add a telephone call of five minutes, and return the id of its row."""
    parts: Any = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        row = workload.add_by_hand(session, actor, "called", minutes=5, on=at.date(), at=at)
        session.flush()
        return row.id
