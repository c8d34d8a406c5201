"""How often somebody outside the practice may ask, counted by address."""

from http import HTTPStatus

from flask import Flask, Response, g, request
from flask_limiter import Limiter

LOOKED_UP = "30 per minute; 300 per hour"
# Of wrong answers over all links: a household or a surgery's own network may share one address.
WRONG = "30 per hour"

# Requests that came in, from one address and to one practice; searches; papers that were sent.
TAKEN_IN, TAKEN_IN_HERE = "12 per hour; 40 per day", "400 per day"
ASKED_ABOUT = "120 per minute; 1200 per hour"
PAPERS_SENT = "40 per hour"
NOTES_DRAWN = "20 per hour"

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
    _limit_asking(app, limiter)


def count_as_wrong() -> None:
    """Let this request count: a wrong date of birth, or a link that does not exist."""
    g.is_wrong_answer = True


def _limit_wrong_answers(app: Flask, limiter: Limiter) -> None:
    wrong = limiter.shared_limit(
        WRONG, scope="links", deduct_when=lambda _reply: bool(g.get("is_wrong_answer"))
    )
    for name in _DOOR:
        app.view_functions[name] = wrong(app.view_functions[name])  # type: ignore[assignment]


def _limit_asking(app: Flask, limiter: Limiter) -> None:
    """Limit the front door by what came in: a mistake in a form costs nobody a try."""
    looked = limiter.shared_limit(ASKED_ABOUT, scope="asking")
    for name in ("asking.start", "asking.told", "asking.note", "asking_form.form"):
        app.view_functions[name] = looked(app.view_functions[name])  # type: ignore[assignment]
    by_address = limiter.limit(TAKEN_IN, deduct_when=_has_led_on)
    by_practice = limiter.limit(TAKEN_IN_HERE, key_func=_practice_asked, deduct_when=_has_led_on)
    send = app.view_functions["asking_form.send"]
    app.view_functions["asking_form.send"] = by_practice(by_address(send))  # type: ignore[assignment]
    for name, most in (("following.add", PAPERS_SENT), ("asking.note_file", NOTES_DRAWN)):
        app.view_functions[name] = limiter.limit(most)(app.view_functions[name])  # type: ignore[assignment]


def _has_led_on(reply: Response) -> bool:
    return reply.status_code == HTTPStatus.SEE_OTHER


def _practice_asked() -> str:
    return str((request.view_args or {}).get("ods", "")).upper()
