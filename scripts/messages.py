"""Compares the Chinese catalogue with the texts in code and templates: `python scripts/messages.py`.

Python is read with `ast`, templates with Django's own reader, so no gettext program is needed. Prints entries
that are missing, not translated, no longer used, or whose placeholders differ. `--add` appends the missing.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "chimein"
CATALOGUE = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# The simulated network is somebody else's company and brings its own two languages.
_NOT_OURS = SOURCE / "demo" / "simnet"

Key = tuple[str | None, str, str | None]
"""context, text, plural"""

_SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_STRING = r"""[uU]?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(({_STRING}(?:\s*,\s*{_STRING})*)")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sdif]|\{(\w*)\}|%[sd]")


@dataclass(slots=True)
class Findings:
    """What is wrong with the catalogue, as sentences."""

    missing: dict[Key, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def _key(name: str, texts: list[str]) -> Key | None:
    if name in _SINGLE and texts:
        return (None, texts[0], None)
    if name in _PLURAL and len(texts) > 1:
        return (None, texts[0], texts[1])
    if name in _CONTEXT and len(texts) > 1:
        return (texts[0], texts[1], None)
    if name == "npgettext" and len(texts) > 2:
        return (texts[0], texts[1], texts[2])
    return None


def in_python(text: str) -> Iterator[tuple[Key, int]]:
    """Every text marked for translation in a module, with its line."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        key = _key(name, [value for value in values if isinstance(value, str)])
        if key is not None:
            yield key, node.lineno


def in_template(text: str) -> Iterator[tuple[Key, int]]:
    """Every text marked for translation in a template, with its line."""
    code = templatize(text)
    for call in _CALL.finditer(code):
        texts = ast.literal_eval(f"({call[2]},)")
        key = _key(call[1], list(texts))
        if key is not None:
            yield key, code.count("\n", 0, call.start()) + 1


def used() -> dict[Key, str]:
    """All texts for translation, each with the first place it stands at."""
    found: dict[Key, str] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        if path.is_relative_to(_NOT_OURS):
            continue
        text = path.read_text(encoding="utf-8")
        for key, line in in_python(text) if path.suffix == ".py" else in_template(text):
            if key[1]:
                found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def _placeholders(text: str) -> list[str]:
    return sorted({match.group() for match in _PLACEHOLDER.finditer(text)})


def _check_entry(text: str, translated: str) -> str:
    if not translated.strip():
        return "is not translated"
    if _placeholders(text) != _placeholders(translated):
        return f"has other placeholders: {_placeholders(text)} and {_placeholders(translated)}"
    if text.startswith(" ") != translated.startswith(" ") or text.endswith("\n") != translated.endswith("\n"):
        return "begins or ends differently"
    return ""


def repeated(text: str) -> list[str]:
    """Entries that the file holds twice, which a reader would silently make one of."""
    entries = re.findall(r'^(?:msgctxt .*\n)?msgid (".*"\n(?:".*"\n)*)', text, re.MULTILINE)
    return sorted({entry.strip() for entry in entries if entries.count(entry) > 1})


def compare(catalogue: Path = CATALOGUE) -> Findings:
    """Code and templates against the catalogue."""
    findings, wanted = Findings(), used()
    with catalogue.open("rb") as file:
        known = {_entry_key(entry): entry for entry in read_po(file, locale="zh_Hans") if entry.id}
    findings.missing = {key: place for key, place in wanted.items() if key not in known}
    for key, entry in known.items():
        if key not in wanted:
            findings.wrong.append(f"no longer used: {key[1]!r}")
        elif entry.fuzzy:
            findings.wrong.append(f"fuzzy: {key[1]!r}")
        elif said := _check_entry(key[2] or key[1], _translation(entry.string)):
            findings.wrong.append(f"{key[1]!r} {said}")
    findings.wrong += [f"twice: {one}" for one in repeated(catalogue.read_text(encoding="utf-8"))]
    return findings


def _entry_key(entry: Message) -> Key:
    if isinstance(entry.id, str):
        return (entry.context, entry.id, None)
    return (entry.context, entry.id[0], entry.id[1])


def _translation(string: object) -> str:
    return str(string[0]) if isinstance(string, list | tuple) else str(string)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def add(missing: dict[Key, str]) -> None:
    """Append entries without a translation."""
    lines = [""]
    for (context, text, plural), place in missing.items():
        lines.append(f"#: {place}")
        lines += [f"msgctxt {_quoted(context)}"] if context else []
        lines.append(f"msgid {_quoted(text)}")
        lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""'] if plural else ['msgstr ""']
        lines.append("")
    with CATALOGUE.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the Chinese catalogue with code and templates.")
    parser.add_argument("--add", action="store_true", help="append what is missing, to be translated")
    given = parser.parse_args()
    findings = compare()
    if given.add and findings.missing:
        add(findings.missing)
        print(f"Added {len(findings.missing)}; now translate them.")
        return 1
    for key, place in findings.missing.items():
        print(f"{place}: missing {key[1]!r}" + (f" (plural {key[2]!r})" if key[2] else ""))
    print("\n".join(findings.wrong))
    bad = len(findings.missing) + len(findings.wrong)
    print(f"{bad} to mend." if bad else "The Chinese catalogue is complete.")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
