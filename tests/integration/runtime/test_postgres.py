"""The embedded database: made once, private, and startable after anything that can happen to a machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from chimein.runtime.database import database_url
from chimein.runtime.errors import PlatformError
from chimein.runtime.pg_access import Access
from chimein.runtime.pg_processes import server_processes
from chimein.runtime.postgres import EmbeddedPostgres
from tests.integration.runtime.conftest import until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change its user")


@pytest.fixture(autouse=True)
def _no_configured_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def _server(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=False)


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def test_data_stay_and_the_server_goes(folder: Path) -> None:
    with _server(folder) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert not server_processes(folder / "postgres")

    with _server(folder) as url:
        assert _ask(url, "SELECT n FROM kept") == 7


def test_passwords_are_private_and_needed(folder: Path) -> None:
    with _server(folder) as url:
        access = Access.load(folder / "postgres.json")
        assert access is not None
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(access.password, "guess"))
        assert _ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert (folder / "postgres.json").stat().st_mode & 0o077 == 0
    assert (folder / "postgres").stat().st_mode & 0o077 == 0


def test_letters_of_all_languages_are_letters(folder: Path) -> None:
    with _server(folder) as url:
        assert _ask(url, "SELECT cardinality(show_trgm('罗望电器'))") == 5
        assert _ask(url, "SELECT lower('ÄÉ')") == "äé"


def test_a_running_server_is_not_started_twice(folder: Path) -> None:
    with _server(folder), pytest.raises(PlatformError, match=f"Process {os.getpid()} runs the database"):
        _server(folder).start()


def test_a_server_left_behind_is_stopped_first(folder: Path) -> None:
    owner = _server(folder)
    owner.start()
    left = server_processes(folder / "postgres")[0].pid
    owner.lock.release()

    with _server(folder) as url:
        assert _ask(url, "SELECT 1") == 1
        assert server_processes(folder / "postgres")[0].pid != left
    owner.stop()


def test_a_pid_file_that_names_another_program_does_not_block(folder: Path) -> None:
    with _server(folder):
        text = (folder / "postgres" / "postmaster.pid").read_text()
    stale = folder / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n" + text.partition("\n")[2])

    with _server(folder) as url:
        assert _ask(url, "SELECT 1") == 1


def test_an_interrupted_making_begins_anew(folder: Path) -> None:
    half = folder / "postgres.new"
    half.mkdir()
    (half / "rubbish").write_text("half")

    with _server(folder) as url:
        assert _ask(url, "SELECT 1") == 1


def test_another_port_is_taken_when_ours_is_busy(folder: Path) -> None:
    with _server(folder):
        pass
    access = Access.load(folder / "postgres.json")
    assert access is not None
    other = folder.with_name(folder.name + "-other")
    other.mkdir(mode=0o755)
    try:
        Access(access.port, "x", "y").save(other / "postgres.json")
        with _server(folder), _server(other) as url:
            assert str(access.port) not in url
            assert _ask(url, "SELECT 1") == 1
    finally:
        shutil.rmtree(other)


def test_lost_passwords_are_told(folder: Path) -> None:
    with _server(folder):
        pass
    (folder / "postgres.json").unlink()

    with pytest.raises(PlatformError, match=r"postgres\.json"):
        _server(folder).start()


@as_root
def test_root_is_dropped_without_needless_rights(folder: Path) -> None:
    with _server(folder):
        main = server_processes(folder / "postgres")[0]
        status = Path(f"/proc/{main.pid}/status").read_text()
    assert main.pid
    assert "CapEff:\t0000000000000000" in status
    assert "Uid:\t0" not in status


@as_root
def test_a_folder_closed_to_others_works_for_root(folder: Path) -> None:
    folder.chmod(0o700)
    with _server(folder) as url:
        status = Path(f"/proc/{server_processes(folder / 'postgres')[0].pid}/status").read_text()
        assert _ask(url, "SELECT 1") == 1
    assert "Uid:\t0" not in status
    assert "CapEff:\t0000000000000002" in status  # CAP_DAC_OVERRIDE and no other


def test_a_configured_server_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with database_url(folder) as url:
        assert url == "postgresql://elsewhere/db"
    assert not (folder / "postgres").exists()


def test_commands_at_the_same_time_share_one_server(folder: Path) -> None:
    inside = threading.Barrier(3, timeout=30)
    pids: list[object] = []

    def command() -> None:
        with database_url(folder) as url:
            inside.wait()
            pids.append(_ask(url, "SELECT pg_postmaster_start_time()"))

    threads = [threading.Thread(target=command) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)
    assert len(pids) == 3
    assert len(set(pids)) == 1


def test_the_server_ends_with_the_process_that_started_it(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from chimein.runtime.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process, process.stdout:
        assert process.stdout.readline() == b"up\n"
        process.kill()
    until(lambda: not server_processes(folder / "postgres"), within_s=5)
