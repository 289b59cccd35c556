"""The written day of the demo: a fictitious electronics retailer, its people, its customers, their words.

All texts are our own; every name, number and address in them is invented. The package only reads its data
files and hands back frozen dataclasses; who posts them to the simulated network is somebody else's job.
"""

from chimein.demo.scenario.loader import load_scenario
from chimein.demo.scenario.model import (
    Brand,
    Colleague,
    Customer,
    Episode,
    HistoryItem,
    Newcomer,
    Product,
    Scenario,
    ScenarioError,
    Site,
    Step,
    Topic,
    TrustedCustomer,
)
from chimein.demo.scenario.scenes import Practice, Scene

__all__ = [
    "Brand",
    "Colleague",
    "Customer",
    "Episode",
    "HistoryItem",
    "Newcomer",
    "Practice",
    "Product",
    "Scenario",
    "ScenarioError",
    "Scene",
    "Site",
    "Step",
    "Topic",
    "TrustedCustomer",
    "load_scenario",
]
