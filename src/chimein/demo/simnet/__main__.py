"""`python -m chimein.demo.simnet --port N --db FILE`: the network alone."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from .app import create_app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="warble", description="A small simulated social network.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--db", type=Path, required=True, help="the SQLite file, made when missing")
    parser.add_argument("--base-url", help="its address for others; http://HOST:PORT when left out")
    options = parser.parse_args()
    base_url = options.base_url or f"http://{options.host}:{options.port}"
    app = create_app(path=options.db, base_url=base_url)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
