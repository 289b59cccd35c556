"""Index and search agree: what stands in a text is found by its words."""

from __future__ import annotations

import re

import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from chimein.core import db
from chimein.core.text import analyse

SENTENCES = [
    "How do I pair the headphones with my laptop?",
    "The chargers were overheating, batteries swollen",
    "请问蓝色音箱支持蓝牙4.0吗",
    "海港路那家店周日几点关门？",
    "买的iPhone手机壳收到了，质量不错",
    "我想把耳机和电脑重新配对一下",
    "订单什么时候发货？已经等了三天了",
    "Der Käse von gestern — naïve café",
]


def _cut(run: str) -> list[str]:
    return rjieba.cut(run) if "\u4e00" <= run[0] <= "\u9fff" else [run]


def _matches(text: str, query: str) -> bool:
    row = db.fetch_one("SELECT %s::tsvector @@ %s::tsquery", (analyse.tsvector(text), analyse.tsquery(query)))
    return bool(row and row[0])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), text=st.sampled_from(SENTENCES))
@pytest.mark.django_db
def test_any_of_its_words_find_a_text(data: st.DataObject, text: str) -> None:
    words = [word for run in re.findall(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+", text) for word in _cut(run)]
    telling = [word for word in words if word.lower() not in analyse._STOP]
    chosen = [*data.draw(st.lists(st.sampled_from(words), max_size=5)), data.draw(st.sampled_from(telling))]
    assert _matches(text, " ".join(chosen)), chosen


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
@pytest.mark.django_db
def test_every_text_is_indexed_and_finds_itself(text: str) -> None:
    clean = text.replace("\0", "")
    if len(analyse.query_words(clean)) and set(analyse.query_words(clean)) <= set(analyse.index_words(clean)):
        assert _matches(clean, clean)
    db.fetch_one("SELECT %s::tsvector", (analyse.tsvector(clean),))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("headphone", "two pairs of headphones", True),
        ("pairing", "how do I pair it", True),
        ("HEADPHONES", "headphones", True),
        ("耳机", "我的耳机坏了", True),
        ("电脑", "笔记本电脑", True),
        ("音箱 蓝牙", "蓝牙音箱", True),
        ("ｉｐｈｏｎｅ", "iPhone 壳", True),
        ("headph", "headphones", True),
        ("speaker", "headphones", False),
        ("耳机 电脑", "我的耳机坏了", False),
        ("don't", "I don't know", True),
        ("'; DROP", "'; drop table", True),
        ("\\", "a\\b", False),
        ("a | b", "b", True),
    ],
)
def test_found_or_not(query: str, text: str, found: bool) -> None:
    wanted = analyse.tsquery(query)
    assert (bool(wanted) and _matches(text, query)) == found


def test_nothing_to_search_for_is_an_empty_query() -> None:
    assert [analyse.tsquery(text) for text in ("", "  ", "?!", "👍")] == ["", "", "", ""]


def test_a_stop_word_alone_may_be_the_beginning_of_a_word() -> None:
    assert analyse.tsquery("a") == "'a':*"


def test_long_texts_cost_a_bounded_index() -> None:
    assert len(analyse.index_words("word " * 5000)) <= 600
    assert len(analyse.query_words("term " * 500)) <= 24
