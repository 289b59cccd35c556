"""Structured data for search engines. Source: schema.org/QAPage and Google's guide to Q&A pages."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chimein.wall.thread import Question, Said

_ESCAPES = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def _person(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name or _("Somebody")}


def _answer(post: Said, found: Question, canonical: str) -> dict[str, Any]:
    name = (post.by.name or post.by.signature) if post.by else ""
    brand = {"@type": "Organization", "name": found.card.brand_name}
    return {
        "@type": "Answer",
        "text": post.text,
        "dateCreated": post.at.isoformat(),
        "url": f"{canonical}#post-{post.id}",
        "author": {**_person(name), "worksFor": brand} if name else brand,
    }


def qa_page(found: Question, canonical: str) -> SafeString:
    """The question with its answers as JSON-LD, safe inside a script element."""
    card, answers = found.card, [_answer(post, found, canonical) for post in found.answers]
    entity: dict[str, Any] = {
        "@type": "Question",
        "name": card.title or _("A question"),
        "text": card.text,
        "inLanguage": card.language or "en",
        "dateCreated": card.asked_at.isoformat(),
        "author": _person(card.asker),
        "answerCount": len(answers),
    }
    if answers and found.settled_by_thanks:
        entity["acceptedAnswer"] = answers.pop()
    if answers:
        entity["suggestedAnswer"] = answers
    data = {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": entity, "url": canonical}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 - nothing that could end the element is left
