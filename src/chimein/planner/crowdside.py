"""What helpers do in the simulation: get offers, open them, look at the list, claim, answer, review."""

from __future__ import annotations

from heapq import nsmallest

import numpy as np

from chimein.planner.deskside import answered, assign, assist, fallback, to_desk
from chimein.planner.draws import About, exponential, log_normal
from chimein.planner.simulation import GROUP_S, Broken, Case, State, World, new_case
from chimein.planner.traffic import HOUR_S, Item
from chimein.routing.matching import queues, scoring
from chimein.routing.matching.facts import Index, Trust, Why

_MINUTE = 60.0


# ---------------------------------------------------------------- arrival and rings
def arrive(world: World, item: Item, *, doubtful_lane: bool) -> None:
    """A message comes in and goes to its lane."""
    gate = world.scenario.gate
    doubtful = item.risk >= gate.low and not (item.risk >= gate.high)
    case = new_case(item, doubtful=doubtful and doubtful_lane)
    world.cases.append(case)
    world.unanswered += 1
    to_the_desk = item.risk >= gate.low and not case.question.doubtful
    if _join(world, case, at_desk=to_the_desk):
        return
    if to_the_desk:
        to_desk(world, case)
        return
    world.open[item.id] = case
    settings = world.settings
    if world.scenario.assist and world.staffed:
        begins = queues.assist_at(
            item.at, case.question.sla_s, settings, vip=item.vip, doubtful=case.question.doubtful
        )
        world.at(begins, assist, world, case)
    world.at(item.at + settings.fallback_min * _MINUTE, fallback, world, case)
    ring(world, case)


def _join(world: World, case: Case, *, at_desk: bool) -> bool:
    """A near copy of an open question of the same lane waits with it."""
    if not world.scenario.once or case.item.copy_of < 0:
        return False
    first = world.cases[case.item.copy_of]
    if first.state is State.JOINED:
        first = world.cases[first.holder]
    fresh = case.item.at - first.item.at < GROUP_S
    if first.state is State.ANSWERED or not fresh or (at_desk and not first.at_desk):
        return False
    case.state, case.holder = State.JOINED, first.item.id
    first.joined.append(case.item.id)
    return True


def ring(world: World, case: Case) -> None:
    """Ask the next ring; when nobody is left to ask, the one after it at once, and in the end the desk."""
    while case.state is State.OPEN:
        case.timer = -1.0
        phi = world.bucket.phi(world.now, world.settings)
        offers = world.policy.offers(world.facts, case.question, now=world.now, ring=case.rings, phi=phi)
        case.rings += 1
        if len(offers):
            ask(world, case, offers.who)
        nobody = offers.decision.wanted > 0 and not len(offers)
        when = world.policy.next_ring(case.question, case.rings, world.now)
        if when is None:
            if nobody and world.staffed:
                to_desk(world, case)
            return
        if not nobody:
            case.timer = when
            world.at(when, ring_due, world, case, when)
            return


def ring_due(world: World, case: Case, when: float) -> None:
    """A ring's time has come; it waits if somebody holds the question."""
    if case.timer != when:
        return
    if case.state is State.OPEN:
        ring(world, case)
    elif case.state in {State.CLAIMED, State.REVIEW}:
        case.timer, case.late_ring = -1.0, True


def ask(world: World, case: Case, who: Index) -> None:
    """These are asked; who will open it, and when, follows from the response model."""
    _check(world, case, who)
    facts, now = world.facts, world.now
    load = facts.load_now(now)[who]
    facts.note_asked(who, now=now, fatigue=world.settings.fatigue)
    case.question = case.question.after_asking(who)
    case.offers += len(who)
    world.bucket.take(len(who))
    world.pages[who] += 1
    if case.item.risky and (facts.trust_doubtful[case.item.topic, who] < Trust.TRUSTED).any():
        case.shown_untrusted = True
    for one, tired in zip(who.tolist(), load.tolist(), strict=True):
        delay = _opens_after(world, case, one, tired)
        if delay is not None:
            world.at(now + delay, opens, world, case, one)


def _check(world: World, case: Case, who: Index) -> None:
    """Rules that every policy keeps. Raises Broken."""
    facts = world.facts
    if case.state is not State.OPEN:
        raise Broken(f"offers for question {case.item.id}, which is not open")
    if facts.blocked[who].any() or (facts.presence[who] <= 0).any():
        raise Broken(f"somebody busy or asleep was asked question {case.item.id}")
    if np.isin(who, case.question.asked).any():
        raise Broken(f"somebody was asked question {case.item.id} twice")
    if case.question.doubtful and (facts.trust_doubtful[case.item.topic, who] < Trust.TRUSTED).any():
        raise Broken(f"somebody outside the lane was asked question {case.item.id}")


def _opens_after(world: World, case: Case, one: int, load: float) -> float | None:
    """Seconds until the offer is opened; None: never."""
    model = world.response
    chance = float(world.people.willing[one]) / (1 + load / model.fatigue)
    active = world.facts.active_at[one] >= world.now - model.active_most_min * _MINUTE
    if active:
        chance = min(model.active_most, model.active_floor + model.active_factor * chance)
    if world.u(About.OPENS, case.item.id, one) >= chance:
        return None
    luck = world.u(About.DELAY, case.item.id, one)
    if active:
        return _MINUTE * log_normal(model.active_delay_median, model.active_delay_sigma, luck)
    minutes = log_normal(model.delay_median, model.delay_sigma, luck)
    return minutes * _MINUTE if minutes <= model.delay_most else None


# ---------------------------------------------------------------- people in the product
def opens(world: World, case: Case, one: int) -> None:
    """Somebody opens an offer; when it is gone, there may be another question."""
    world.facts.note_opened(one)
    world.opened_pages += 1
    _stay(world, one, case.item.id)
    if one in world.holding:
        return
    if case.state is not State.OPEN:
        world.useless += not look(world, one)
    elif not consider(world, case, one):
        if world.policy.replaces_passes:
            _replace(world, case)
        look(world, one)


def visit(world: World, one: int) -> None:
    """Somebody comes without having been asked."""
    _stay(world, one, int(world.now))
    if one not in world.holding:
        look(world, one)


def _stay(world: World, one: int, key: int) -> None:
    minutes = exponential(world.response.session, world.u(About.SESSION, key, one))
    world.facts.active_at[one] = max(world.facts.active_at[one], world.now + minutes * _MINUTE)


def _replace(world: World, case: Case) -> None:
    phi = world.bucket.phi(world.now, world.settings)
    if phi <= 0 or case.state is not State.OPEN:
        return
    offers = world.policy.offers(
        world.facts, case.question, now=world.now, ring=case.rings - 1, phi=phi, seats=1
    )
    if len(offers):
        ask(world, case, offers.who)


def look(world: World, one: int) -> bool:
    """Go through the open list, best first; True when something was claimed."""
    matched = world.policy.matched_first
    order = _matched(world, one) if matched else _oldest(world, one)
    return any(consider(world, case, one) for case in order)


def _oldest(world: World, one: int) -> list[Case]:
    found: list[Case] = []
    for case in world.open.values():
        if _listed(world, case, one):
            found.append(case)
            if len(found) == world.response.looks_at:
                break
    return found


def _matched(world: World, one: int) -> list[Case]:
    settings, now, ranked = world.settings, world.now, []
    for case in world.open.values():
        if not _listed(world, case, one):
            continue
        question = case.question
        c = float(
            scoring.capability(
                world.facts.skill[question.topic, one : one + 1], question.difficulty, settings
            )[0]
        )
        age = now - question.arrived_at
        if queues.may_see(c, age, settings):
            score = queues.pull_score(c, question.weight, question.sla_s - age, settings)
            ranked.append((-score, case.item.id, case))
    return [case for _, _, case in nsmallest(world.response.looks_at, ranked)]


def _listed(world: World, case: Case, one: int) -> bool:
    if one in case.considered or case.state is not State.OPEN:
        return False
    return not case.question.doubtful or bool(
        world.facts.trust_doubtful[case.item.topic, one] >= Trust.TRUSTED
    )


def consider(world: World, case: Case, one: int) -> bool:
    """Read it, then claim it, leave it, or send it to the desk; True when claimed."""
    if one in case.considered or case.state is not State.OPEN:
        return False
    case.considered.add(one)
    model, item = world.response, case.item
    trusted = bool(world.facts.trust_doubtful[item.topic, one] >= Trust.TRUSTED)
    if item.risky:
        case.shown_untrusted = case.shown_untrusted or not trusted
        button = model.button_trusted if trusted else model.button_untrusted
        if world.u(About.BUTTON, item.id, one) < button and world.staffed:
            to_desk(world, case)
            return False
    if world.u(About.TRIES, item.id, one) >= model.tries * truly_capable(world, case, one):
        return False
    _claim(world, case, one)
    return True


def truly_capable(world: World, case: Case, one: int) -> float:
    """The chance that this helper answers this question well."""
    settings = world.settings
    ability = settings.specialist if world.people.specialist[case.item.topic, one] else settings.layman
    return scoring.answers_well(ability, case.item.difficulty, settings)


# ---------------------------------------------------------------- claims, answers, reviews
def _claim(world: World, case: Case, one: int) -> None:
    if case.state is not State.OPEN or one in world.holding:
        raise Broken(f"question {case.item.id} would have two owners")
    case.state, case.holder = State.CLAIMED, one
    case.fence += 1
    world.holding[one] = case.item.id
    world.facts.blocked[one] = Why.HOLDS_CLAIM
    world.open.pop(case.item.id, None)
    world.assistable.pop(case.item.id, None)
    if world.u(About.DESERTS, case.item.id, one) < world.response.deserts:
        world.at(world.now + world.settings.lease_min * _MINUTE, _expire, world, case, one)
        return
    luck = world.u(About.HANDLING, case.item.id, one)
    minutes = log_normal(world.response.handling_median, world.response.handling_sigma, luck)
    world.at(world.now + minutes * _MINUTE, _drafted, world, case, one)


def _free(world: World, one: int) -> None:
    del world.holding[one]
    world.facts.blocked[one] = Why.NOTHING


def _expire(world: World, case: Case, one: int) -> None:
    """The lease ends in silence; the question is open again."""
    _free(world, one)
    world.expired += 1
    _open_again(world, case)


def _open_again(world: World, case: Case) -> None:
    """Back in the crowd lane, or at the desk when it has been too long; the clock has run on."""
    case.state, case.holder = State.OPEN, -1
    age = world.now - case.item.at
    if age >= world.settings.fallback_min * _MINUTE and world.staffed:
        to_desk(world, case)
        return
    world.open[case.item.id] = case
    if case.wants_assist:
        world.assistable[case.item.id] = case
        assign(world)
    if case.state is State.OPEN:
        case.late_ring = False
        ring(world, case)


def _drafted(world: World, case: Case, one: int) -> None:
    """The draft is written: out it goes, or to a reviewer; its author may look for another one."""
    _free(world, one)
    _stay(world, one, case.item.id)
    coached = bool(world.facts.trust[case.item.topic, one] < Trust.TRUSTED)
    good = world.u(About.GOOD, case.item.id, one) < truly_capable(world, case, one)
    if coached and world.scenario.reviews:
        case.state = State.REVIEW
        luck = world.u(About.REVIEW_TIME, case.item.id, one)
        minutes = log_normal(world.response.review_median, world.response.review_sigma, luck)
        world.at(world.now + minutes * _MINUTE, _reviewed, world, case, one, good)
    else:
        _publish(world, case, one, good=good, reviewed=False)
    if world.u(About.ANOTHER, case.item.id, one) < world.response.another:
        look(world, one)


def _reviewed(world: World, case: Case, one: int, good: bool) -> None:
    """Somebody trusted has read it: risky ones mostly go to the desk, poor ones mostly back."""
    model = world.response
    luck = world.u(About.VERDICT, case.item.id, one)
    if case.item.risky and luck < model.button_trusted and world.staffed:
        to_desk(world, case)
    elif luck < (model.review_errs if good else model.review_finds):
        _open_again(world, case)
    else:
        _publish(world, case, one, good=good, reviewed=True)


def _publish(world: World, case: Case, one: int, *, good: bool, reviewed: bool) -> None:
    facts, topic = world.facts, case.item.topic
    if not reviewed and facts.trust[topic, one] < Trust.TRUSTED:
        world.unreviewed_by_coached += 1
    if case.item.risky and not reviewed and facts.trust_doubtful[topic, one] < Trust.TRUSTED:
        world.risky_by_untrusted += 1
    answered(world, case, by=one, good=good)


# ---------------------------------------------------------------- the day
def hour(world: World, number: int) -> None:
    """A new hour: who is awake, who will come by, and perhaps another shift at the desk."""
    people, facts = world.people, world.facts
    awake = people.awake[number % 24]
    facts.presence[:] = awake
    rng = np.random.default_rng([world.seed, 3, number])
    comes = np.flatnonzero(rng.random(awake.size) < 1 - np.exp(-people.visits))
    when = rng.random(comes.size)
    for one, part in zip(comes.tolist(), when.tolist(), strict=True):
        if awake[one]:
            world.at(world.now + part * HOUR_S, visit, world, one)
    assign(world)
    world.at(world.now + HOUR_S, hour, world, number + 1)


def play(world: World) -> None:
    """Set everything going; then call `World.run`."""
    doubtful_lane = world.doubtful_lane()
    for item in world.items:
        world.at(item.at, _arrival, world, item, doubtful_lane)
    world.at(0.0, hour, world, 0)


def _arrival(world: World, item: Item, doubtful_lane: bool) -> None:
    arrive(world, item, doubtful_lane=doubtful_lane)
