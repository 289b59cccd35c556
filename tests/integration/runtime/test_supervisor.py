"""The supervisor starts everything, stops everything, and leaves nothing behind, whatever happens to it."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable

import psutil
import pytest

from chimein.runtime.pg_access import Access
from tests.integration.runtime.conftest import Run, until

Launch = Callable[..., Run]
pytestmark = pytest.mark.timeout(90)


@pytest.mark.both_users
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_in_order(launch: Launch, number: signal.Signals) -> None:
    run = launch()
    run.wait_for("READY")
    assert run.programs()
    assert run.database()

    begin = time.monotonic()
    run.process.send_signal(number)

    assert run.wait_for_end() == 0
    assert time.monotonic() - begin < 10
    assert not run.database()
    assert "database system is shut down" in run.lines
    assert run.lines.rstrip().endswith("stopped")


def test_a_second_start_keeps_the_data_and_is_quick(launch: Launch) -> None:
    first = launch()
    first.wait_for("READY")
    first.process.send_signal(signal.SIGINT)
    first.wait_for_end()

    begin = time.monotonic()
    second = launch()
    second.wait_for("READY", within_s=10)

    assert time.monotonic() - begin < 10
    assert "visits 2" in second.lines


@pytest.mark.both_users
def test_a_killed_supervisor_takes_all_with_it(launch: Launch) -> None:
    first = launch()
    first.wait_for("READY")
    first.process.kill()
    first.process.wait()
    # The helper of the worker may live on: the next start ends it.
    until(lambda: not first.database() and not first.programs("http.server"), within_s=5, why=first)

    second = launch()
    second.wait_for("READY", within_s=15)

    assert "visits 2" in second.lines
    until(lambda: len(second.programs("time.sleep")) == 2, within_s=5, why=second.programs())


def test_an_immediate_start_after_a_kill_works(launch: Launch) -> None:
    first = launch()
    first.wait_for("READY")
    first.process.kill()
    second = launch()
    first.process.wait()

    second.wait_for("READY", within_s=20)
    assert "visits 2" in second.lines


@pytest.mark.parametrize("victim", ["http.server", "time.sleep(600)\n"])
def test_a_crashed_program_starts_again(launch: Launch, victim: str) -> None:
    run = launch()
    run.wait_for("READY")
    before = {process.pid for process in run.programs(victim)}
    for process in run.programs(victim):
        process.kill()

    until(lambda: {process.pid for process in run.programs(victim)} - before, within_s=10, why=run)
    assert "was ended by SIGKILL" in run.lines


@pytest.mark.both_users
def test_a_killed_database_comes_back_at_the_same_address(launch: Launch) -> None:
    run = launch()
    run.wait_for("READY")
    access = Access.load(run.folder / "postgres.json")
    main = run.database()[0]
    main.kill()

    until(lambda: run.lines.count("ready to accept connections") == 2, within_s=20, why=run)
    assert Access.load(run.folder / "postgres.json") == access
    assert run.database()[0].pid != main.pid


def test_a_second_supervisor_says_who_runs(launch: Launch) -> None:
    first = launch()
    first.wait_for("READY")
    second = launch()

    assert second.wait_for_end() == 1
    assert f"as process {first.process.pid}" in second.lines
    assert psutil.pid_exists(first.process.pid)


def test_a_taken_port_is_named(launch: Launch) -> None:
    run = launch()
    run.wait_for("READY")
    taken = int(run.process.args[-1])  # type: ignore[index, arg-type]
    run.process.send_signal(signal.SIGINT)
    run.wait_for_end()

    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        again = launch()
        assert again.wait_for_end() == 1
    assert f"Port {taken} is taken" in again.lines


def test_a_failing_step_stops_the_database_too(launch: Launch) -> None:
    run = launch("fail")

    assert run.wait_for_end(within_s=20) == 1
    assert "The step step failed." in run.lines
    assert not run.database()
