"""One running product and one browser for all browser tests; every test leaves a ledger that adds up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.desk import ledger_gap
from tests.e2e.people import HARRIET, People
from tests.e2e.product import Product, running_product

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder is marked, and has the time a browser needs."""
    for item in items:
        if "/e2e/" in item.path.as_posix():
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with running_product() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def _everybody(browser: Browser, product: Product) -> People:
    return People(browser, product)


@pytest.fixture
def people(_everybody: People) -> Iterator[People]:
    """Afterwards nothing went wrong in any browser, and the ledger adds up."""
    yield _everybody
    complaints = _everybody.close()
    gap = ledger_gap(_everybody.member(HARRIET))
    complaints += _everybody.close()
    assert complaints == []
    assert gap == 0, "the ledger does not add up"
