"""What agents do in the simulation: the queue, stepping in before it is too late, answering."""

from __future__ import annotations

from math import exp

from chimein.planner.draws import About, exponential, log_normal
from chimein.planner.response import Response
from chimein.planner.simulation import Case, State, World
from chimein.routing.matching import queues
from chimein.routing.matching.queues import Waiting

_DESK_SLA_S = 30 * 60.0


def to_desk(world: World, case: Case) -> None:
    """The question leaves the crowd lane for the desk's queue."""
    leave_crowd(world, case)
    case.state, case.at_desk = State.DESK, True
    question = case.question
    due = queues.desk_due(question.arrived_at, _DESK_SLA_S, question.weight)
    world.desk.add(
        Waiting(
            key=question.id,
            arrived_at=question.arrived_at,
            due_at=due,
            weight=question.weight,
            first=question.vip,
        )
    )
    assign(world)


def leave_crowd(world: World, case: Case) -> None:
    """No more rings, not in the open list."""
    world.open.pop(case.item.id, None)
    world.assistable.pop(case.item.id, None)
    case.timer = -1.0


def assist(world: World, case: Case) -> None:
    """The moment has come from which an idle agent may take it."""
    if case.state in {State.ANSWERED, State.DESK, State.JOINED}:
        return
    case.wants_assist = True
    if case.state is State.OPEN:
        world.assistable[case.item.id] = case
        assign(world)


def fallback(world: World, case: Case) -> None:
    """Open for so long that it must be in the desk's queue; what is claimed goes there if the claim ends in nothing."""
    if not world.staffed:
        return
    if case.state is State.OPEN:
        to_desk(world, case)


def assign(world: World) -> None:
    """Free agents take what waits, then what is open and late as far as the reserve allows."""
    desk, now = world.desk, world.now
    while (key := desk.pick(now)) is not None:
        _begin(world, world.cases[key])
    while world.assistable and queues.may_assist(desk.free(now), world.settings):
        case = min(world.assistable.values(), key=lambda one: (one.question.arrived_at, one.item.id))
        leave_crowd(world, case)
        case.state, case.at_desk = State.DESK, True
        desk.begin()
        _begin(world, case)


def _begin(world: World, case: Case) -> None:
    seconds = 60 * handling(world.response, world.u(About.DESK_TIME, case.item.id))
    world.at(world.now + seconds, _done, world, case, seconds)


def handling(model: Response, luck: float) -> float:
    """Minutes an agent needs: log-normal around its mean, exponential when no spread is given."""
    sigma = model.desk_sigma
    if sigma <= 0:
        return exponential(model.desk_handling, luck)
    return log_normal(model.desk_handling * exp(-sigma * sigma / 2), sigma, luck)


def _done(world: World, case: Case, seconds: float) -> None:
    world.desk.done(world.now, seconds)
    good = world.u(About.GOOD, case.item.id) < world.response.desk_good
    answered(world, case, by=-1, good=good)
    assign(world)


def answered(world: World, case: Case, *, by: int, good: bool) -> None:
    """The answer is out; whoever asked nearly the same gets it too, half a second apart."""
    if case.state is State.ANSWERED:
        raise AssertionError(f"question {case.item.id} was answered twice")
    leave_crowd(world, case)
    case.state, case.answered_at, case.by, case.good = State.ANSWERED, world.now, by, good
    world.unanswered -= 1
    if by >= 0:
        world.answers[by] += 1
    for number, key in enumerate(case.joined, start=1):
        other = world.cases[key]
        other.state, other.by, other.good = State.ANSWERED, by, good
        other.answered_at, other.at_desk = world.now + 0.5 * number, case.at_desk
        world.unanswered -= 1
