"""Turning rows into HTML: templates, linked texts, addresses below the mount point."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .clock import iso
from .counting import LINK, LINK_LENGTH, MESSAGE_LIMIT, POST_LIMIT
from .gate import network_of
from .store import Db, Row
from .texts import text
from .timeline import MENTION
from .visitors import LANGUAGE, language_of, put_plain_cookie, visitor

FOLDER = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class View:
    """What a template may ask for: words, addresses, times, linked texts."""

    def __init__(self, request: Request, db: Db) -> None:
        self.request = request
        self.language = language_of(request)
        self.root = request.scope.get("root_path", "")
        self.me = visitor(request, db)
        self.shapes = network_of(request).shapes
        self.brands = db.execute(
            "SELECT * FROM accounts WHERE kind = 'brand' ORDER BY handle LIMIT 5"
        ).fetchall()
        self.post_limit, self.message_limit, self.link_length = POST_LIMIT, MESSAGE_LIMIT, LINK_LENGTH
        self.here = request.url.path

    def t(self, name: str, **values: object) -> str:
        """A sentence in the visitor's language."""
        return text(self.language, name, **values)

    def link(self, route: str, **params: str) -> str:
        """The address of a page, right under any mount point."""
        return str(self.root) + str(self.request.app.url_path_for(route, **params))

    def avatar(self, account_id: str) -> str:
        """The address of an account's picture."""
        return self.link("avatar", account_id=account_id)

    def profile(self, handle: str) -> str:
        """The address of an account's page."""
        return self.link("profile", handle=handle)

    def other_language(self) -> str:
        """This very page in the other language."""
        return self.query_with(lang="zh" if self.language == "en" else "en")

    def when(self, moment: int) -> Markup:
        """A time; a script turns it into words such as "5 minutes ago"."""
        stamp = iso(moment)
        return Markup('<time datetime="{}">{} UTC</time>').format(stamp, stamp[:16].replace("T", " "))

    def day(self, moment: int) -> str:
        """A date."""
        return iso(moment)[:10]

    def clock(self, moment: int) -> str:
        """A time of day, to the second, UTC."""
        return iso(moment)[11:19]

    def query_with(self, **changes: str) -> str:
        """This page's query with some values changed."""
        return str(self.request.url.include_query_params(**changes).query)

    def number(self, value: int) -> str:
        """A count in short: 940, 12.4K or 1.2万."""
        if self.language == "zh":
            return f"{value / 10_000:.1f}".removesuffix(".0") + "万" if value >= 10_000 else str(value)
        for unit, size in (("M", 1_000_000), ("K", 1_000)):
            if value >= size:
                return f"{value / size:.1f}".removesuffix(".0") + unit
        return str(value)

    def rich(self, raw: str) -> Markup:
        """A text with its links and @handles made clickable and everything else escaped."""
        parts: list[Markup] = []
        done = 0
        for start, end, made in sorted(self._linked(raw)):
            if start >= done:
                parts += [escape(raw[done:start]), made]
                done = end
        return Markup("").join([*parts, escape(raw[done:])])

    def _linked(self, raw: str) -> list[tuple[int, int, Markup]]:
        anchor = Markup('<a href="{}">{}</a>')
        outside = Markup('<a href="{}" rel="nofollow noopener ugc">{}</a>')
        links = [(m.start(), m.end(), outside.format(m[0], m[0])) for m in LINK.finditer(raw)]
        names = [(m.start(), m.end(), anchor.format(self.profile(m[1]), m[0])) for m in MENTION.finditer(raw)]
        return links + names


def show(view: View, template: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """Render a template; remembers the language when it was asked for by `?lang=`."""
    html = TEMPLATES.get_template(template).render(v=view, t=view.t, me=view.me, **values)
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }
    response = HTMLResponse(html, status, headers)
    if "lang" in view.request.query_params:
        put_plain_cookie(view.request, response, LANGUAGE, view.language)
    return response


def portrait(account: Row) -> str:
    """A picture of a bird, always the same for the same account."""
    seed = hashlib.sha256(account["id"].encode()).digest()
    hue, twist = seed[0] * 360 // 256, seed[1] % 3
    values = {"hue": hue, "other": (hue + 40 + seed[2] % 120) % 360, "twist": twist, "left": seed[3] % 2}
    return TEMPLATES.get_template("avatar.svg").render(letter=account["name"][:1].upper(), **values)
