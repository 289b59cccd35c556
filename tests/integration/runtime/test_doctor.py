"""The doctor names what is wrong and what mends it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import psycopg
import pytest

from chimein.runtime import machine_checks
from chimein.runtime.database_checks import check_clock, check_server, check_worker
from chimein.runtime.doctor import examine, report
from chimein.runtime.findings import Finding
from chimein.runtime.postgres import EmbeddedPostgres


def test_a_healthy_machine(folder: Path) -> None:
    assert machine_checks.check_python().verdict == "ok"
    assert machine_checks.check_disk(folder).verdict == "ok"
    with EmbeddedPostgres(folder, durable=False) as url, psycopg.connect(url) as connection:
        assert check_server(connection).verdict == "ok"
        assert check_clock(connection).verdict == "ok"
        assert check_worker(connection, running=False).verdict == "skipped"
        assert check_worker(connection, running=True).verdict == "wrong"


def test_a_listening_worker_is_seen(folder: Path) -> None:
    with (
        EmbeddedPostgres(folder, durable=False) as url,
        psycopg.connect(url, autocommit=True) as worker,
        psycopg.connect(url) as connection,
    ):
        worker.execute("LISTEN chimein_inbound")
        assert check_worker(connection, running=True).verdict == "ok"


def test_a_wrong_clock_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime, timedelta

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(minutes=1)

    monkeypatch.setattr("chimein.runtime.database_checks.datetime", Late)
    with EmbeddedPostgres(folder, durable=False) as url, psycopg.connect(url) as connection:
        assert check_clock(connection).verdict == "wrong"


@pytest.mark.parametrize(("free", "verdict"), [(1e8, "wrong"), (1e9, "warning"), (1e10, "ok")])
def test_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch, free: float, verdict: str) -> None:
    def usage(_path: Path) -> object:
        return type("Usage", (), {"free": free})

    monkeypatch.setattr("chimein.runtime.machine_checks.shutil.disk_usage", usage)
    assert machine_checks.check_disk(folder).verdict == verdict


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "chimein.runtime.machine_checks.metadata.requires", lambda _name: ["no-such-thing>=1"]
    )
    finding = machine_checks.check_python()
    assert finding.verdict == "wrong"
    assert "no-such-thing" in finding.seen


def test_the_secret_key_is_ours_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHIMEIN_SECRET_KEY", raising=False)
    key = folder / "secret_key"
    key.write_text("k" * 50)
    key.chmod(0o644)
    assert machine_checks.check_secret_key(folder).verdict == "wrong"
    key.chmod(0o600)
    assert machine_checks.check_secret_key(folder).verdict == "ok"
    monkeypatch.setenv("CHIMEIN_SECRET_KEY", "short")
    assert machine_checks.check_secret_key(folder).verdict == "wrong"


def test_missing_assets(tmp_path: Path) -> None:
    assert machine_checks.check_assets(tmp_path).verdict == "wrong"


def test_a_port_taken_by_another_program(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert machine_checks.check_port(folder, other.getsockname()[1]).verdict == "wrong"


def test_an_unreachable_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:x@127.0.0.1:1/none")
    findings = {finding.check: finding for finding in examine(folder=folder, port=0)}
    assert findings["database"].verdict == "wrong"
    assert findings["database"].remedy
    assert findings["disk"].verdict == "ok"


def test_a_database_not_made_yet_is_no_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert {finding.verdict for finding in examine(folder=folder, port=0) if finding.check == "database"} == {
        "skipped"
    }


def test_the_report_and_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = Finding("disk", "ok", "much"), Finding("port", "wrong", "taken", "another")
    assert report([good], as_json=False) == 0
    assert report([good, bad], as_json=False) == 1
    assert "→ another" in capsys.readouterr().out

    assert report([good, bad], as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["findings"][1]["remedy"] == "another"
