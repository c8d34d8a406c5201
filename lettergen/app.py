"""Puts the parts together into the web application."""

import atexit
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from lettergen import definitions, models
from lettergen.config import Settings, require_public_address
from lettergen.consents.form.standing import Consents
from lettergen.documents import Office
from lettergen.places import shipped
from lettergen.post import Postman
from lettergen.refusals import Refused
from lettergen.rendering import Renderer
from lettergen.requests.catalogue.standing import Requests
from lettergen.vault import open_vault
from lettergen.web.base.context import Standing
from lettergen.web.base.display import Page, add_display
from lettergen.web.base.entry import guard, refuse_silent_routes
from lettergen.web.base.errors import add_errors, ask_to_sign_in
from lettergen.web.base.headers import protect
from lettergen.web.base.limits import limit_outside
from lettergen.web.base.outside import open_outside
from lettergen.web.base.security import WORKING_DAY, add_sign_in
from lettergen.web.base.uploads import allow_uploads
from lettergen.web.consents.changing_mind import changing_mind
from lettergen.web.consents.choosing_signing import choosing
from lettergen.web.consents.consenting import consenting
from lettergen.web.consents.end import consent_end
from lettergen.web.consents.locks import consent_locks
from lettergen.web.consents.material import consent_material
from lettergen.web.consents.paper import consent_paper
from lettergen.web.consents.progress import progress
from lettergen.web.front.agreeing import agreeing
from lettergen.web.front.asking import asking
from lettergen.web.front.following import following
from lettergen.web.front.locks import request_locks
from lettergen.web.front.seeing import seeing
from lettergen.web.front.sending import sending
from lettergen.web.home import pages
from lettergen.web.letters import review
from lettergen.web.letters.filling import filling
from lettergen.web.letters.genuine import genuine
from lettergen.web.letters.handing import handing
from lettergen.web.letters.issued import issued
from lettergen.web.letters.listing import letters
from lettergen.web.letters.patient import patient
from lettergen.web.links.door import door
from lettergen.web.links.tablet import keep_with_patient, tablet
from lettergen.web.money.fees import fees
from lettergen.web.money.overview import money
from lettergen.web.money.settings import money_settings
from lettergen.web.practice.certificate import certificate
from lettergen.web.practice.people import people
from lettergen.web.practice.post import post
from lettergen.web.practice.record import practice
from lettergen.web.register.question import register
from lettergen.web.register.records import limit_second_passwords, register_records
from lettergen.web.register.settings import register_settings
from lettergen.web.register.work import register_work
from lettergen.web.requests.allocation import allocation
from lettergen.web.requests.board import board
from lettergen.web.requests.consent import request_consent
from lettergen.web.requests.money import request_money
from lettergen.web.requests.replying import replying
from lettergen.web.requests.requesters import requesters
from lettergen.web.requests.routes import requests
from lettergen.web.requests.settings import request_settings
from lettergen.web.requests.sight import request_sight
from lettergen.web.triage.routes import triage
from lettergen.web.workload.adding import workload_adding
from lettergen.web.workload.files import workload_files
from lettergen.web.workload.overview import workload
from lettergen.web.workload.papers import workload_papers
from lettergen.web.workload.rows import workload_rows
from lettergen.web.workload.settings import workload_settings

_LARGEST_REQUEST = 2_000_000
_MOST_FIELDS = 3_000


def create_app(
    settings: Settings,
    *,
    renderer: Renderer | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Return the application of one installation.

    `renderer` may be shared by several applications of one process; else the application
    makes its own, which ends with the process.

    Raises:
        Refused: in production, the session key is a default one or no public address is set;
            or the keys are missing.
    """
    if settings.is_production and settings.has_weak_key:
        raise Refused(
            "The key that signs sessions is a default one or too short. "
            "Run `lettergen init`, or set LETTERGEN_SECRET_KEY to 32 random characters or more."
        )
    require_public_address(settings)
    app = Page("lettergen", static_folder=None, template_folder=None)
    app.jinja_loader = FileSystemLoader(shipped("templates"))
    _configure(app, settings)
    app.extensions["lettergen"] = _standing(settings, renderer, clock)
    _add_skin(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SECURITY_PASSWORD_SALT=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME="__Host-lettergen" if settings.is_production else "lettergen",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=WORKING_DAY,
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_REQUEST,
        MAX_FORM_PARTS=_MOST_FIELDS,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _standing(
    settings: Settings, renderer: Renderer | None, clock: Callable[[], datetime]
) -> Standing:
    keys = open_vault(settings.keys_file, is_production=settings.is_production)
    sessions = models.open_sessions(settings.database_url, keys)
    return Standing(
        settings=settings,
        sessions=sessions,
        vault=keys,
        office=Office(
            library=definitions.open_library(settings),
            renderer=renderer or _own_renderer(settings),
            public_address=settings.public_address,
        ),
        clock=clock,
        postman=Postman(sessions, settings, clock),
        consents=Consents(settings),
        requests=Requests(settings),
    )


def _own_renderer(settings: Settings) -> Renderer:
    # The renderer takes the first template it finds; a practice's own goes before the shipped.
    made = Renderer(
        settings.template_folders,
        workers=settings.render_workers,
        seconds=settings.render_seconds,
        megabytes=settings.render_megabytes,
    )
    atexit.register(made.close)
    return made


def _add_skin(app: Flask) -> None:
    protect(app, is_production=app.config["SESSION_COOKIE_SECURE"])
    keep_with_patient(app)
    guard(app, ask_to_sign_in)
    allow_uploads(app)
    CSRFProtect(app)
    add_sign_in(app, app.extensions["lettergen"].sessions)
    app.add_url_rule("/static/<path:filename>", "static", pages.static)
    for blueprint in (*_LETTERS, *_CONSENTS, *_REQUESTS, *_WORKLOAD):
        app.register_blueprint(blueprint)
    limit_second_passwords(app)
    open_outside(app, *_OUTSIDE)
    limit_outside(app)
    add_display(app)
    add_errors(app)
    refuse_silent_routes(app)


_LETTERS = (
    pages.pages,
    letters,
    filling,
    review.review,
    issued,
    practice,
    people,
    handing,
    certificate,
    post,
)
_CONSENTS = (
    consenting,
    consent_locks,
    progress,
    consent_material,
    consent_paper,
    consent_end,
    tablet,
    register,
    register_records,
    register_work,
    register_settings,
)
_REQUESTS = (
    triage,
    board,
    requests,
    requesters,
    allocation,
    request_settings,
    request_consent,
    request_sight,
    request_locks,
    replying,
    money,
    request_money,
    fees,
    money_settings,
)
_WORKLOAD = (
    workload,
    workload_adding,
    workload_rows,
    workload_files,
    workload_papers,
    workload_settings,
)
_OUTSIDE = (
    genuine,
    door,
    patient,
    choosing,
    changing_mind,
    asking,
    sending,
    following,
    agreeing,
    seeing,
)
