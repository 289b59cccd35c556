"""One analyser for indexing and searching, Chinese and English alike.

Chinese runs are cut by `rjieba` (search mode for the index: long words and their parts); Latin words are stemmed
by Snowball's English stemmer. The result goes to PostgreSQL as a finished ``tsvector`` or ``tsquery``, so that the
two sides cannot disagree and the server parses nothing.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable

import regex
import rjieba
import Stemmer

_WORD = regex.compile(r"(?P<han>\p{Han}+)|(?P<word>[^\W_\p{Han}](?:[^\W\p{Han}]|\p{M})*)")
_MAX_WORD = 60
_MAX_WORDS = 600
_MAX_QUERY_WORDS = 24
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "for",
        "from",
        "has",
        "have",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "so",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "will",
        "with",
        "you",
        "your",
        "的",
        "了",
        "吗",
        "呢",
        "吧",
        "啊",
        "呀",
        "是",
        "在",
        "和",
        "就",
        "都",
        "也",
        "我",
        "你",
    ]
)
_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    # A stemmer is not thread-safe; each thread has its own.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    found: Stemmer.Stemmer = _local.stemmer
    return found


def _runs(text: str) -> Iterable[regex.Match[str]]:
    return _WORD.finditer(unicodedata.normalize("NFKC", text).lower())


def index_words(text: str) -> list[str]:
    """The words a text is found by, in order and folded; at most 600."""
    found: list[str] = []
    stem = _stemmer().stemWord
    for run in _runs(text):
        han = run["han"]
        if han:
            found.extend(rjieba.cut_for_search(han))
        else:
            found.append(stem(run["word"][:_MAX_WORD]))
        if len(found) >= _MAX_WORDS:
            break
    return [word for word in found[:_MAX_WORDS] if word not in _STOP]


def query_words(text: str) -> list[str]:
    """The words that a search must find, all of them; Chinese cut without overlapping parts."""
    found: list[str] = []
    stem = _stemmer().stemWord
    for run in _runs(text):
        found.extend(rjieba.cut(run["han"]) if run["han"] else [stem(run["word"][:_MAX_WORD])])
    wanted = [word for word in found if word not in _STOP]
    return (wanted or found)[:_MAX_QUERY_WORDS]


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def tsvector(text: str) -> str:
    """The text as a PostgreSQL ``tsvector`` literal with positions."""
    places: dict[str, list[int]] = {}
    for position, word in enumerate(index_words(text), 1):
        places.setdefault(word, []).append(position)
    return " ".join(f"{_lexeme(word)}:{','.join(map(str, where[:16]))}" for word, where in places.items())


def tsquery(text: str) -> str:
    """A search as typed, as a PostgreSQL ``tsquery`` literal; empty when there is nothing to search for.

    The last word also matches as a beginning, since people search while they type.
    """
    words = query_words(text)
    return " & ".join([*map(_lexeme, words[:-1]), f"{_lexeme(words[-1])}:*"]) if words else ""
