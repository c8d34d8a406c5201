"""How often somebody outside the practice may ask, counted by address."""

from flask import Flask, g
from flask_limiter import Limiter

LOOKED_UP = "30 per minute; 300 per hour"
# Of wrong answers over all links: a household or a surgery's own network may share one address.
WRONG = "30 per hour"

_GENUINE = ("genuine.box", "genuine.standing")
# Not what lies behind the door: whoever has proved it is not kept out by a neighbour's guessing.
_DOOR = ("door.link", "door.answer", "door.take_code")


def limit_outside(app: Flask) -> None:
    """Limit the public pages of an application; call it when sign-in and the pages are there."""
    limiter: Limiter
    (limiter,) = app.extensions["limiter"]
    look_up = limiter.shared_limit(LOOKED_UP, scope="genuine")
    for name in _GENUINE:
        app.view_functions[name] = look_up(app.view_functions[name])  # type: ignore[assignment]
    _limit_wrong_answers(app, limiter)


def count_as_wrong() -> None:
    """Let this request count: a wrong date of birth, or a link that does not exist."""
    g.is_wrong_answer = True


def _limit_wrong_answers(app: Flask, limiter: Limiter) -> None:
    wrong = limiter.shared_limit(
        WRONG, scope="links", deduct_when=lambda _reply: bool(g.get("is_wrong_answer"))
    )
    for name in _DOOR:
        app.view_functions[name] = wrong(app.view_functions[name])  # type: ignore[assignment]
