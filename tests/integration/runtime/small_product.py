"""A product of two tiny programs, run by the real supervisor. Arguments: folder, port, optionally `fail`."""

from __future__ import annotations

import sys
from pathlib import Path

from chimein.runtime.children import Program
from chimein.runtime.errors import PlatformError
from chimein.runtime.plan import Plan
from chimein.runtime.supervisor import Supervisor
from chimein.runtime.terminal import Terminal

WEB = """
import sys, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# A worker with a helper of its own that ignores polite requests.
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, 1); time.sleep(600)"])
time.sleep(600)
"""
STEP = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS visits (n int)")
    connection.execute("INSERT INTO visits VALUES (1)")
    print("visits", connection.execute("SELECT count(*) FROM visits").fetchone()[0])
"""


def python(name: str, source: str, *words: str) -> Program:
    return Program(name, lambda: [sys.executable, "-c", source, *words])


def main() -> int:
    folder, port, fails = Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["fail"]
    plan = Plan(
        host="127.0.0.1",
        port=int(port),
        health_url=f"http://127.0.0.1:{port}/healthz",
        welcome=lambda: "READY",
        environment={},
        steps=(python("step", "raise SystemExit(3)" if fails else STEP),),
        services=(python("web", WEB, port), python("worker", WORKER)),
    )
    try:
        return Supervisor(plan, folder=folder, terminal=Terminal()).run()
    except PlatformError as problem:
        print(problem)
        return 1


if __name__ == "__main__":
    sys.exit(main())
