"""Who may enter: each view says so, and the app does not start if one is silent."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

from lettergen.web.base.context import signed_in

Role = Literal["clinician", "reception", "manager"]
View = TypeVar("View", bound=Callable[..., Any])

EVERYBODY: frozenset[str] = frozenset({"clinician", "reception", "manager"})
_ANYONE: frozenset[str] = frozenset({"anyone"})


class UndeclaredRoute(Exception):
    """A route does not say who may enter: a fault in the code, found at start."""


def enter(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to signed-in staff of these roles.

    It stands inside the route decorator, next to the function.
    """
    return lambda view: _declare(view, frozenset(roles))


def anyone(view: View) -> View:
    """Mark a view as open to people who have not signed in."""
    return _declare(view, _ANYONE)


def declared(view: Callable[..., Any]) -> frozenset[str] | None:
    """Return the roles that a view names, {"anyone"}, or None when it is silent."""
    return getattr(view, "may_enter", None)


def guard(app: Flask, ask_to_sign_in: Callable[[], ResponseReturnValue]) -> None:
    """Check each request against what its view declares; call it before any other check."""

    @app.before_request
    def stop_at_the_door() -> ResponseReturnValue | None:
        roles = declared(app.view_functions[request.endpoint]) if request.endpoint else _ANYONE
        if roles == _ANYONE:
            return None
        person = signed_in()
        if person is None:
            return ask_to_sign_in()
        if not person.actor.roles & (roles or frozenset()):
            abort(403)
        return None


def refuse_silent_routes(app: Flask) -> None:
    """Raise UndeclaredRoute if a view says nothing; call it when all routes are there."""
    silent = [name for name, view in app.view_functions.items() if declared(view) is None]
    if silent:
        raise UndeclaredRoute(
            f"Say who may enter, by @enter(...) or @anyone, at: {', '.join(sorted(silent))}"
        )


def _declare(view: View, roles: frozenset[str]) -> View:
    view.may_enter = roles  # type: ignore[attr-defined]
    return view
