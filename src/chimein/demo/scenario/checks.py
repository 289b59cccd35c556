"""What must hold in a scenario; every breach becomes one readable line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from chimein.demo.scenario.counting import LIMIT, weighted_length
from chimein.demo.scenario.model import ANSWER_STEPS, Episode, Scenario, Step

PRIVATE_LIMIT = 1000
_HANDLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,29}")


def check(scenario: Scenario) -> Iterator[str]:
    """All problems of the scenario, none when it is sound."""
    yield from _doubles(scenario)
    yield from _people(scenario)
    yield from _texts(scenario)
    handles = {customer.handle for customer in scenario.customers}
    helpers = {person.id for person in (*scenario.helpers, *scenario.newcomers)}
    topics = {topic.key for topic in scenario.brand.topics}
    for episode in _all_episodes(scenario):
        if episode.topic not in topics:
            yield f"episode {episode.id}: unknown topic {episode.topic!r}"
        if not _audible(scenario, episode):
            yield f"episode {episode.id}: opens without naming the brand, so it would never be heard"
        for index, step in enumerate(episode.steps):
            known = helpers if step.kind in ANSWER_STEPS else handles
            for problem in _step_problems(scenario, episode, index, step, known):
                yield f"episode {episode.id}, step {index} ({step.kind}): {problem}"
    for item in (*scenario.history, *(one.item for one in scenario.practice)):
        if item.asker not in handles:
            yield f"history {item.id}: unknown author {item.asker!r}"
        if item.topic not in topics:
            yield f"history {item.id}: unknown topic {item.topic!r}"
        if (length := _answer_length(scenario, item.answerer, item.answer, item.language)) > LIMIT:
            yield f"history {item.id}: answer is {length} long, limit {LIMIT}"


def _all_episodes(scenario: Scenario) -> list[Episode]:
    return [*scenario.episodes, *(scene.episode for scene in scenario.scenes)]


def _step_problems(
    scenario: Scenario, episode: Episode, index: int, step: Step, known: set[str]
) -> Iterator[str]:
    if step.by not in known:
        yield f"unknown {'answerer' if step.kind in ANSWER_STEPS else 'author'} {step.by!r}"
        return
    if (step.kind == "delete") == bool(step.text):
        yield "a deletion carries no text, everything else does"
    if step.kind not in {"ask", "dm"}:
        if step.to is None or step.to >= index:
            yield "does not say which earlier step it belongs to"
        elif step.kind in {"edit", "delete"} and episode.steps[step.to].by != step.by:
            yield "changes somebody else's post"
    yield from _length_problems(scenario, episode, step)
    if step.kind in ANSWER_STEPS:
        for word in scenario.brand.unreleased:
            if word.lower() in step.text.lower():
                yield f"the answer names unreleased {word!r}"


def _length_problems(scenario: Scenario, episode: Episode, step: Step) -> Iterator[str]:
    limit = PRIVATE_LIMIT if step.kind in {"dm", "answer_dm"} else LIMIT
    length = weighted_length(step.text)
    if step.kind == "answer":
        length = _answer_length(scenario, step.by, step.text, episode.language)
    if length > limit:
        yield f"text is {length} long, limit {limit}: {step.text[:40]}…"


def _answer_length(scenario: Scenario, by: str, text: str, language: str) -> int:
    return weighted_length(text + scenario.signature(by, language))


def _audible(scenario: Scenario, episode: Episode) -> bool:
    first = episode.steps[0]
    words = (f"@{scenario.brand.handle}", *scenario.brand.listening)
    return first.kind == "dm" or any(word.lower() in first.text.lower() for word in words)


def _doubles(scenario: Scenario) -> Iterator[str]:
    kinds: dict[str, Iterable[str]] = {
        "episode": (episode.id for episode in _all_episodes(scenario)),
        "history item": (item.id for item in scenario.history),
        "helper": (person.id for person in (*scenario.helpers, *scenario.newcomers)),
        "e-mail": (person.email for person in (*scenario.helpers, *scenario.newcomers)),
        "customer": (customer.handle.lower() for customer in scenario.customers),
        "site": (site.id for site in scenario.sites),
        "topic": (topic.key for topic in scenario.brand.topics),
    }
    for kind, names in kinds.items():
        yield from (f"{kind} {name!r} is there {n} times" for name, n in Counter(names).items() if n > 1)


def _people(scenario: Scenario) -> Iterator[str]:
    yield from _places(scenario)
    topics = {topic.key for topic in scenario.brand.topics}
    for person in scenario.helpers:
        for topic_key, level in person.topics:
            if topic_key not in topics or level not in {1, 2, 3}:
                yield f"{person.id}: {topic_key!r} level {level} is not a topic with level 1 to 3"
        if person.id in topics:
            yield f"{person.id}: an id that is also a topic"
    for customer in scenario.customers:
        if not _HANDLE.fullmatch(customer.handle):
            yield f"customer {customer.handle!r}: not a handle the network takes"


def _places(scenario: Scenario) -> Iterator[str]:
    kinds = {site.id: site.kind for site in scenario.sites}
    for topic in scenario.brand.topics:
        if kinds.get(topic.department) != "department":
            yield f"topic {topic.key}: {topic.department!r} is not a department"
    for colleague in (*scenario.colleagues, *scenario.newcomers):
        if colleague.site not in kinds:
            yield f"colleague {colleague.id}: unknown site {colleague.site!r}"


def _texts(scenario: Scenario) -> Iterator[str]:
    texts = Counter(step.text for episode in _all_episodes(scenario) for step in episode.steps if step.text)
    for item in (*scenario.history, *(one.item for one in scenario.practice)):
        texts.update(text for text in (item.question, item.answer, item.thanks) if text)
    yield from (f"the same text {n} times: {text[:60]}" for text, n in texts.items() if n > 1)
