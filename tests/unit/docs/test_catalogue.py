"""The Chinese catalogue holds every text of code and templates, translated, and nothing else."""

from __future__ import annotations

from pathlib import Path

from scripts import messages

_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def test_nothing_is_missing() -> None:
    findings = messages.compare()
    assert findings.missing == {}, "run: python scripts/messages.py --add"


def test_nothing_is_fuzzy_unused_or_mistranslated() -> None:
    assert messages.compare().wrong == []


def test_texts_are_found_where_people_mark_them() -> None:
    template = '{% load i18n %}\n{% translate "One" as one %}{% ui "chip" label=_("Two") %}\n{% blocktranslate count n=n %}{{ n }} post{% plural %}{{ n }} posts{% endblocktranslate %}'  # noqa: E501
    assert [key for key, _ in messages.in_template(template)] == [
        (None, "One", None),
        (None, "Two", None),
        (None, "%(n)s post", "%(n)s posts"),
    ]
    code = 'x = _("One " "two")\nngettext("a", "b", 2)\npgettext("verb", "Open")\nlog.info("not me")'
    assert [key for key, _ in messages.in_python(code)] == [
        (None, "One two", None),
        (None, "a", "b"),
        ("verb", "Open", None),
    ]


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    entries = 'msgid "Nobody says this"\nmsgstr "没人说"\n\n#, fuzzy\nmsgid "Sign in"\nmsgstr "登录"\n\nmsgid "Sign out"\nmsgstr ""\n'  # noqa: E501
    path = tmp_path / "django.po"
    path.write_text(_HEAD + entries, encoding="utf-8")
    findings = messages.compare(path)
    assert findings.missing
    assert findings.wrong == [
        "no longer used: 'Nobody says this'",
        "fuzzy: 'Sign in'",
        "'Sign out' is not translated",
    ]


def test_other_placeholders_and_repeated_entries_are_told(tmp_path: Path) -> None:
    text = "%(name)s is answering this."
    entry = f'msgid "{text}"\nmsgstr "%(nane)s 正在回答。"\n\n'
    path = tmp_path / "django.po"
    path.write_text(_HEAD + entry * 2, encoding="utf-8")
    wrong = messages.compare(path).wrong
    assert any("other placeholders" in one for one in wrong)
    assert any(one.startswith("twice") for one in wrong)
