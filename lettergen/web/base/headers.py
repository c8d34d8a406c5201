"""What every response carries so that a browser keeps other people's code and eyes out."""

import secrets

from flask import Flask, Response, g, request

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TWO_YEARS = 63_072_000


def nonce() -> str:
    """Return the one word by which the scripts of this page are known."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    word: str = g.nonce
    return word


def content_security_policy() -> str:
    """Return the policy of a page: our own files only, and no inline style or handler."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce()}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def protect(app: Flask, *, is_production: bool) -> None:
    """Add the headers to all responses; patients' pages are kept in no cache."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        # A page for people outside the practice has stricter ones already.
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", content_security_policy())
        if is_production:
            response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}"
        if request.endpoint not in ("static", "pages.asset"):
            response.headers["Cache-Control"] = "no-store"
        return response
