"""The scenario that ships: its size, its spread, its texts."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from chimein.demo.scenario import Colleague, Scenario, load_scenario
from chimein.demo.scenario.counting import LIMIT, weighted_length
from chimein.demo.scenario.loader import DATA, HOURS, LANES, read_scenario
from chimein.demo.scenario.model import ANSWER_STEPS


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario()


def _share(values: list[int], at_least: int) -> float:
    return sum(value >= at_least for value in values) / len(values)


def test_people_and_places_are_all_there(scenario: Scenario) -> None:
    roles = Counter(colleague.role for colleague in scenario.colleagues)
    kinds = Counter(site.kind for site in scenario.sites)
    assert (roles["owner"], roles["lead"], roles["agent"], roles["colleague"]) == (1, 2, 6, 31)
    assert (kinds["shop"], kinds["department"]) == (6, 4)
    assert (len(scenario.trusted), len(scenario.customers)) == (25, 300)
    assert 11 <= len(scenario.brand.topics) <= 14


def test_every_topic_has_helpers_in_both_languages(scenario: Scenario) -> None:
    for topic in scenario.brand.topics:
        spoken = {lang for p in scenario.helpers if topic.key in dict(p.topics) for lang in p.languages}
        assert {"zh", "en"} <= spoken, topic.key


def test_followers_spread_like_real_accounts(scenario: Scenario) -> None:
    followers = sorted(customer.followers for customer in scenario.customers)
    assert 800 <= followers[150] <= 1_250
    assert 0.08 <= _share(followers, 10_000) <= 0.10
    assert 0.005 <= _share(followers, 100_000) <= 0.011


def test_half_is_chinese_and_half_english(scenario: Scenario) -> None:
    languages = Counter(episode.language for episode in scenario.episodes)
    total = len(scenario.episodes)
    assert 250 <= total <= 280
    assert abs(languages["zh"] - languages["en"]) <= 0.04 * total
    assert min(languages["es"], languages["ja"]) >= 2
    assert sum(episode.handwritten for episode in scenario.episodes) >= 120


def test_the_day_has_its_two_peaks(scenario: Scenario) -> None:
    hours = Counter(episode.start // 60 for episode in scenario.episodes)
    assert min(hours[h] for h in (10, 11, 18, 19, 20)) > max(hours[h] for h in (8, 9, 13, 14, 15, 16, 21, 22))
    assert len(HOURS) == 24
    assert all(0 <= episode.start < 24 * 60 for episode in scenario.episodes)


def test_no_text_is_there_twice(scenario: Scenario) -> None:
    texts = [step.text for episode in scenario.episodes for step in episode.steps if step.text]
    texts += [text for item in scenario.history for text in (item.question, item.answer, item.thanks) if text]
    normal = Counter(re.sub(r"\W", "", text.lower()) for text in texts)
    assert [text for text, count in normal.items() if count > 1 and text] == []


def test_every_public_text_fits_with_the_longest_signature(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        for step in episode.steps:
            if step.kind == "answer":
                sign = scenario.person(step.by).sign
                assert weighted_length(f"{step.text} ^{sign}, Store 12") <= LIMIT, episode.id
                assert weighted_length(step.text + scenario.signature(step.by, episode.language)) <= LIMIT
            elif step.kind in {"ask", "reply", "edit"}:
                assert weighted_length(step.text) <= LIMIT, episode.id
    for item in scenario.history:
        assert weighted_length(item.question) <= LIMIT, item.id
        sign = scenario.person(item.answerer).sign
        assert weighted_length(f"{item.answer} ^{sign}, Store 12") <= LIMIT, item.id


def test_answers_carry_no_signature_of_their_own(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        for step in episode.steps:
            assert step.kind not in ANSWER_STEPS or "^" not in step.text


def test_every_situation_occurs(scenario: Scenario) -> None:
    kinds = Counter(episode.kind for episode in scenario.episodes)
    steps = Counter(step.kind for episode in scenario.episodes for step in episode.steps)
    assert set(kinds) == set(LANES)
    assert min(kinds.values()) >= 2
    assert min(steps["edit"], steps["delete"], steps["dm"]) >= 4
    outage = [episode.start for episode in scenario.episodes if episode.kind == "outage"]
    assert max(outage) - min(outage) <= 45


def test_half_of_the_posts_name_the_brand_without_an_at(scenario: Scenario) -> None:
    opening = [episode.steps[0].text for episode in scenario.episodes if episode.steps[0].kind == "ask"]
    silent = [text for text in opening if "@tamarind" not in text]
    assert 0.3 <= len(silent) / len(opening) <= 0.8


def test_customers_answer_each_other_somewhere(scenario: Scenario) -> None:
    others = [e for e in scenario.episodes if any(s.kind == "reply" and s.by != e.author for s in e.steps)]
    assert len(others) >= 4


def test_personal_data_is_invented_and_present(scenario: Scenario) -> None:
    texts = [step.text for episode in scenario.episodes for step in episode.steps]
    joined = "\n".join(texts)
    assert "4111 1111 1111 1111" in joined
    assert sum("@example.com" in text for text in texts) >= 3
    phones = re.findall(r"555-\d{4}", joined)
    assert len(phones) >= 3
    assert all(phone.startswith("555-01") for phone in phones)
    assert all(mail.endswith("@example.com") for mail in re.findall(r"\b[\w.]+@\w[\w.]*\w", joined))
    assert all(host.endswith(".example") for host in re.findall(r"https?://([^/\s]+)", joined))


def test_desk_matters_are_answered_by_people_who_may(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        for step in episode.steps:
            if episode.lane == "desk" and step.kind in ANSWER_STEPS:
                assert isinstance(scenario.person(step.by), Colleague), episode.id
    private = [e for e in scenario.episodes if any(s.kind == "answer_dm" for s in e.steps)]
    assert {episode.lane for episode in private} == {"desk"}


def test_one_person_goes_on_with_a_case(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        by_role = {step.by for step in episode.steps if step.wanted.startswith(("role:", "topic:"))}
        assert len(by_role) <= 1, episode.id


def test_an_answerer_speaks_the_language(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        for step in episode.steps:
            if step.kind in ANSWER_STEPS:
                assert episode.language in scenario.person(step.by).languages, (episode.id, step.by)
    for item in scenario.history:
        assert item.language in scenario.person(item.answerer).languages, item.id


def test_steps_are_in_order_and_belong_together(scenario: Scenario) -> None:
    for episode in scenario.episodes:
        times = [step.at for step in episode.steps]
        assert times == sorted(times)
        assert times[0] == 0
        for index, step in enumerate(episode.steps):
            assert step.to is None or step.to < index
            assert (step.to is None) == (step.kind in {"ask", "dm"}), episode.id


def test_history_reaches_back_two_weeks(scenario: Scenario) -> None:
    assert len(scenario.history) == 60
    assert {item.days_ago for item in scenario.history} == set(range(1, 15))
    assert Counter(item.language for item in scenario.history) == {"zh": 30, "en": 30}


def test_loading_twice_gives_the_same(scenario: Scenario) -> None:
    assert read_scenario(DATA) == scenario


def test_chinese_colleagues_sign_in_letters_outside_chinese(scenario: Scenario) -> None:
    assert scenario.signature("ruoxi", "zh") == " ^若溪, 客服台"
    assert scenario.signature("ruoxi", "en") == " ^Ruoxi, Care Desk"
    assert scenario.signature("ann", "en") == " ^Ann, Store 12"
    assert scenario.signature("t_rob", "en") == " ^Rob, customer"
