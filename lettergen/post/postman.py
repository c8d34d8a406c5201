"""The postman: a thread that sends what waits, when it is told to and every twenty seconds."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

from sqlalchemy.orm import Session, sessionmaker

from lettergen.config import Settings
from lettergen.models import StorageUnavailable
from lettergen.post.rounds import deliver_due
from lettergen.post.server import Smtp, is_configured, smtp_of

log = logging.getLogger(__name__)

SECONDS_BETWEEN_ROUNDS = 20


class Postman:
    """Sends the e-mail of an installation while `on_duty`; does nothing before and after."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._settings = settings
        self._clock = clock
        self._woken = Event()
        self._dismissed = Event()

    def nudge(self) -> None:
        """Say that something may be due: call it after the commit."""
        self._woken.set()

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """Send what waits, in a thread, until the block ends.

        At its end a dialogue with the server may come to its own end, so that it is known whether
        the e-mail went out. Without a mail server nothing is started.

        Raises:
            Refused: the settings of the mail server are at fault.
        """
        if not is_configured(self._settings):
            yield
            return
        smtp = smtp_of(self._settings)
        thread = Thread(target=self._serve, args=(smtp,), name="postman", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._dismissed.set()
            self._woken.set()
            thread.join(2 * smtp.seconds + SECONDS_BETWEEN_ROUNDS)

    def _serve(self, smtp: Smtp) -> None:
        while not self._dismissed.is_set():
            try:
                deliver_due(self._sessions, smtp, self._clock, is_over=self._dismissed.is_set)
            except StorageUnavailable as fault:
                log.error("no e-mail is sent now: %s", fault)  # noqa: TRY400  (a person mends it)
            except Exception:
                # A fault in one round must not end all later ones.
                log.exception("a round of the post failed")
            self._woken.wait(SECONDS_BETWEEN_ROUNDS)
            # Cleared before the next round looks: a nudge is never lost, nor is the dismissal.
            self._woken.clear()
