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
    Product,
    Scenario,
    ScenarioError,
    Site,
    Step,
    Topic,
    TrustedCustomer,
)

__all__ = [
    "Brand",
    "Colleague",
    "Customer",
    "Episode",
    "HistoryItem",
    "Product",
    "Scenario",
    "ScenarioError",
    "Site",
    "Step",
    "Topic",
    "TrustedCustomer",
    "load_scenario",
]
