"""The night ends old quotes and makes the papers that are missing; a second run does nothing."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from lettergen.cli import lettergen
from lettergen.requests.steps import paying
from lettergen.vault import DEFAULT_KEY


@pytest.mark.slow
def test_the_night_does_its_work_once(till, database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))
    monkeypatch.setenv("LETTERGEN_DATABASE_URL", database_url)
    keys = {"current": 1, "keys": {"1": b64encode(DEFAULT_KEY).decode()}}
    (tmp_path / "keys.json").write_text(json.dumps(keys), "ascii")
    # A quote holds for 30 days of London's calendar, which may be a day ahead of UTC's.
    till.now = datetime.now(UTC) - timedelta(days=32)
    till.quoted("patient")
    paying.invoice(till.session, till.desk, till.accepted("patient"), at=till.now)
    till.session.commit()
    run = ["requests", "nightly", "--practice", "Y99991"]

    first, second = (CliRunner().invoke(lettergen, run) for _ in range(2))

    assert first.output == "1 quotes lapsed, 0 promised days passed, 1 invoices put on paper\n", (
        first.exception
    )
    assert second.output == "0 quotes lapsed, 0 promised days passed, 0 invoices put on paper\n"
