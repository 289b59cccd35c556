"""The front door as a program for tests: live fragments are plain text, streams are checked often."""

from __future__ import annotations

import sys
from dataclasses import replace

import uvicorn

from chimein.web.serve import _Server, make_app

app = make_app()

from chimein.web import stream, topics  # noqa: E402


def draw(conversation_id: int, language: str) -> str:
    """A fragment that says what it is of."""
    return f"<p>{conversation_id} {language}</p>"


sys.modules["tests_door"] = sys.modules["__main__"]
for name, topic in topics.TOPICS.items():
    topics.TOPICS[name] = replace(topic, renderer="tests_door.draw")
stream._HEARTBEAT_S = 0.5
stream._REVALIDATE_S = 0.5

if __name__ == "__main__":
    _Server(
        uvicorn.Config(app, port=int(sys.argv[1]), log_level="critical", timeout_graceful_shutdown=2)
    ).run()
