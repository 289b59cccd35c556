"""Looking at pages as a careful person would: accessible, nothing cut, nothing sideways; and keeping pictures."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from tests.e2e.product import ROOT

PICTURES = ROOT / "var" / "screenshots"
SIZES = {1440: 900, 768: 1024, 360: 740}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SERIOUS = {"serious", "critical"}

_CUT = """() => {
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const wide = (e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1;
  const found = [...document.querySelectorAll('button, .btn, .chip, .tab, .nav-item, summary, .stat-label')];
  return found.filter((e) => seen(e) && wide(e) && !e.closest('.sr-only'))
    .map((e) => [e.className, e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60), e.scrollWidth, e.clientWidth])
    .map(([name, words, wanted, has]) => `${name}: ${words} (${wanted} > ${has})`);
}"""
_SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll('*')]
    .filter((e) => e.getBoundingClientRect().right > width + 1)
    .map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)} > ${width}`).slice(0, 8);
}"""
_AXE = """async (rules) => {
  const options = { resultTypes: ['violations'], ...(rules.length ? { runOnly: rules } : {}) };
  return (await axe.run(document, options)).violations;
}"""


@cache
def _axe_source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def axe_findings(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """Serious and critical findings of axe. It is put in by the debugger, so the content policy stays as it is."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_source())
    violations: list[dict[str, Any]] = page.evaluate(_AXE, list(rules))
    serious = [one for one in violations if one["impact"] in _SERIOUS]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} | {node.get('failureSummary', '')[:200]}"
        for one in serious
        for node in one["nodes"][:4]
    ]


def cut_texts(page: Page) -> list[str]:
    """Buttons, chips and tabs whose words do not fit into them."""
    return list(page.evaluate(_CUT))


def sideways(page: Page) -> list[str]:
    """What sticks out to the right when the page can be scrolled sideways."""
    return list(page.evaluate(_SIDEWAYS))


def set_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    """Light or dark, as the page's own switch and the system do it."""
    page.emulate_media(color_scheme=theme)
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)


def keep(page: Page, name: str, *, full: bool = False) -> Path:
    """Keep a picture of the page in var/screenshots."""
    path = PICTURES / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=full, animations="disabled", caret="hide")
    return path


def examine(page: Page, name: str) -> list[str]:
    """All sizes and themes (a tablet in light only): what is wrong with the page, as sentences; pictures are kept."""
    found: list[str] = []
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{name} at {width}: cut: {one}" for one in cut_texts(page)]
        found += [f"{name} at {width}: sideways: {one}" for one in sideways(page)]
        # A tablet's colours are those of the other two.
        for theme in THEMES if width != 768 else THEMES[:1]:
            set_theme(page, theme)
            keep(page, f"{name}-{width}-{theme}")
            found += [f"{name} at {width}, {theme}: {one}" for one in _axe_once(page, width, theme)]
    return found


def _axe_once(page: Page, width: int, theme: str) -> list[str]:
    """All of axe in light on the largest and smallest screen; of the dark theme its colours."""
    if theme == "light":
        return axe_findings(page) if width != 768 else []
    return axe_findings(page, rules=("color-contrast",)) if width == 1440 else []
