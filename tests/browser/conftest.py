"""The app is started once; every test gets a browser of its own with a fresh profile, and must leave its console without errors."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from scripts.browser import ROOT, find_chromium, open_browser, serve_app

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import ConsoleMessage, Page

Theme = Literal["light", "dark"]
RESULTS = ROOT / "test-results"
HERE = Path(__file__).parent
PATIENCE_MS = 30_000  # two busy cores, and Chromium draws in software
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app runs. It must not have met an error of its own by the end."""
    if find_chromium() is None:
        pytest.fail("no Chromium was found; `make browser` installs one")
    from engine.warm import warm

    warm()
    folder = tmp_path_factory.mktemp("app")
    with serve_app(folder) as url:
        yield url
    assert "Traceback" not in (log := (folder / "app.log").read_text(errors="replace")), log


class Console:
    """What the browser complained about."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def watch(self, page: Page) -> None:
        """Collect uncaught errors and error messages of a page."""
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def open_page(request: pytest.FixtureRequest, app_url: str) -> Iterator[Callable[..., Page]]:
    """``open_page(theme)`` shows the app at 1280 × 800. Keeps a picture of each page when the test fails."""
    contexts: list[Any] = []
    pages: list[Page] = []
    console = Console()

    def show(theme: Theme = "light") -> Page:
        manager = open_browser(theme)
        context = manager.__enter__()
        contexts.append(manager)
        context.set_default_timeout(PATIENCE_MS)
        page = context.pages[0] if context.pages else context.new_page()
        console.watch(page)
        pages.append(page)
        page.goto(app_url)
        return page

    yield show
    if request.node.stash.get(FAILED, False):
        RESULTS.mkdir(exist_ok=True)
        for number, page in enumerate(pages):
            page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png".replace("/", "-"))
    for manager in contexts:
        manager.__exit__(None, None, None)
    assert console.errors == []


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """The app in the light and then in the dark theme."""
    return open_page(request.param)
