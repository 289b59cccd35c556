"""Waiting at a desk by formula: Erlang B and C."""

from __future__ import annotations

from math import exp


def blocked(load: float, agents: int) -> float:
    """Erlang B: the chance that all agents are busy. `load`: arrivals per minute times handling minutes."""
    b = 1.0
    for k in range(1, agents + 1):
        b = load * b / (k + load * b)
    return b


def waits(load: float, agents: int) -> float:
    """Erlang C: the chance to wait at all; 1 when the desk cannot keep up."""
    if load >= agents:
        return 1.0
    b = blocked(load, agents)
    return b / (1 - load / agents * (1 - b))


def waits_longer(load: float, agents: int, handling: float, than: float) -> float:
    """The chance to wait longer than that (in the unit of `handling`)."""
    if load >= agents:
        return 1.0
    return waits(load, agents) * exp(-(agents - load) * than / handling)


def mean_wait(load: float, agents: int, handling: float) -> float:
    """Mean wait, in the unit of `handling`; infinite when the desk cannot keep up."""
    return waits(load, agents) * handling / (agents - load) if load < agents else float("inf")


def smallest_desk(load: float, handling: float, *, within: float, share: float) -> int:
    """The fewest agents who begin that share within that time."""
    agents = int(load) + 1
    while waits_longer(load, agents, handling, within) > 1 - share:
        agents += 1
    return agents
