"""Which classifiers there are, and which one is used."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from chimein.core.options import option
from chimein.triage.port import Classifier

GROUP = "chimein.classifiers"
CLASSIFIER = option(
    "CLASSIFIER", "learned", "Which classifier labels new messages, by the name of its entry point."
)


@lru_cache(maxsize=4)
def _load(name: str) -> Classifier:
    for entry in entry_points(group=GROUP, name=name):
        made = entry.load()
        if isinstance(made, Classifier):
            return made
        raise TypeError(f"entry point {name} is not a classifier")
    raise LookupError(f"no classifier {name!r} is installed")


def current() -> Classifier:
    """The classifier in use. Raises LookupError when CHIMEIN_CLASSIFIER names none that is installed."""
    return named(CLASSIFIER.get())


def named(name: str) -> Classifier:
    """The classifier of that entry point. Raises LookupError when it is not installed."""
    return _load(name)
