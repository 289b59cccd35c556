"""The building blocks of our pages as template tags: `{% load ui %}`.

`{% icon "send" %}` draws an icon, `{% ui "button" label=_("Send") %}` a component of `templates/components/`,
`{% uibox "card" title=_("Today") %}…{% enduibox %}` a component around its contents (`slot` in its template);
`{% since %}`, `{% waiting %}`, `{% countdown %}` are clocks that go on in the browser. Each component's
parameters stand at the head of its template; all of them are shown at /design.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

HUES = 12
THEMES = ("light", "dark")
_PASSED_THROUGH = ("hx_", "data_", "aria_")


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of assets/icons.json, or "mark", our sign. With a label it speaks, without it is decoration."""
    href = f"{static('build/sprite.svg')}#{name}"
    if label:
        form = '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"/></svg>'
        return format_html(form, extra, label, href)
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"/></svg>', extra, href)


def _attributes(parameters: dict[str, Any]) -> SafeString:
    """The parameters hx_…, data_… and aria_… as HTML attributes; None and False leave one out."""
    shown = [
        (key.replace("_", "-"), "true" if value is True else value)
        for key, value in parameters.items()
        if key.startswith(_PASSED_THROUGH) and value is not None and value is not False
    ]
    return format_html_join("", ' {}="{}"', shown)


def _render(context: Context, name: str, parameters: dict[str, Any]) -> SafeString:
    own = {key: value for key, value in parameters.items() if not key.startswith(_PASSED_THROUGH)}
    own["attrs"] = _attributes(parameters)
    own["request"] = context.get("request")
    own["csrf_token"] = context.get("csrf_token")
    compiled = get_template(f"components/{name}.html").template  # type: ignore[attr-defined]
    rendered: SafeString = compiled.render(context.new(own))
    return rendered


@register.simple_tag(takes_context=True)
def ui(context: Context, component: str, **parameters: Any) -> SafeString:
    """A component. It sees its own parameters only, so that no variable of the page slips in by its name."""
    return _render(context, component, parameters)


class BoxNode(Node):
    """A component around a part of the page, which its template shows as `slot`."""

    def __init__(
        self, name: FilterExpression, given: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.name = name
        self.given = given
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        parameters = {key: value.resolve(context) for key, value in self.given.items()}
        parameters["slot"] = self.nodelist.render(context)
        return _render(context, self.name.resolve(context), parameters)


@register.tag
def uibox(parser: Parser, token: Token) -> BoxNode:
    """`{% uibox "card" title=… %}…{% enduibox %}`."""
    words = token.split_contents()[1:]
    if not words:
        raise template.TemplateSyntaxError("uibox needs the name of a component")
    name, rest = parser.compile_filter(words[0]), words[1:]
    parameters = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"uibox takes name=value pairs, not {rest[0]!r}")
    nodelist = parser.parse(("enduibox",))
    parser.delete_first_token()
    return BoxNode(name, parameters, nodelist)


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString:
    """`data-theme="dark"` for the html element when the visitor chose a theme; nothing follows the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request else None
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else SafeString("")


@register.simple_tag
def page_language() -> str:
    """The page's language as HTML wants it: "en", "zh-Hans"."""
    code = get_language() or "en"
    base, _, script = code.partition("-")
    return f"{base}-{script.title()}" if script else base


@register.filter
def initials(name: str) -> str:
    """One or two signs for an avatar: "Ann Lee" AL, "林小雨" 小雨 (the given name), "@sam" S."""
    plain = "".join(char for char in name if char.isalnum() or char == " ").strip()
    if not plain:
        return "?"
    if "\u2e80" <= plain[0] <= "\u9fff":
        return plain[-2:] if len(plain) <= 3 else plain[:2]
    words = plain.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def hue(key: object) -> int:
    """0 to 11, always the same for the same person. It becomes a class: inline styles are forbidden."""
    return zlib.crc32(str(key).encode()) % HUES


def _clock(kind: str, moment: datetime, extra: dict[str, int | None]) -> SafeString:
    iso = moment.isoformat(timespec="seconds")
    shown = date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    given = [(key, value) for key, value in extra.items() if value is not None]
    more = format_html_join("", ' data-{}="{}"', given)
    return format_html('<time datetime="{0}" data-{1}="{0}"{2}>{3}</time>', iso, kind, more, shown)


@register.simple_tag
def since(moment: datetime) -> SafeString:
    """How long ago, kept up to date in the browser: "12 min ago"."""
    return _clock("since", moment, {})


@register.simple_tag
def waiting(moment: datetime, soon: int | None = None, late: int | None = None) -> SafeString:
    """How long something has waited: "12 min". After `soon` and `late` seconds it changes colour."""
    return _clock("waiting", moment, {"soon": soon, "late": late})


@register.simple_tag
def countdown(moment: datetime, warn: int = 60) -> SafeString:
    """What remains until a moment: "9:58"; the last `warn` seconds are coloured."""
    return _clock("countdown", moment, {"warn": warn})


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """A time of day where the visitor is, with its date when that is not today: "14:05"."""
    return _clock("clock", moment, {})


def _widget_class(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, RadioSelect):
        return "radio"
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple):
        return "checkbox"
    if isinstance(widget, Textarea):
        return "textarea"
    return "select" if isinstance(widget, Select) else "input"


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field's widget with the class of its kind, and told which text describes its error."""
    given = field.field.widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{_widget_class(field)} {given}".strip()}
    if field.errors:
        described = [field.aria_describedby or "", f"{field.auto_id}_error"]
        attrs["aria-describedby"] = " ".join(filter(None, described))
    return field.as_widget(attrs=attrs)


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether the label belongs behind the widget: a single checkbox."""
    return isinstance(field.field.widget, CheckboxInput)
