"""Keeps these tests for where Chromium, its driver and selenium are.

They run where DDCOMPAT_BROWSER names the browser, such as `DDCOMPAT_BROWSER=chromium`; in a plain
`pytest`, nothing of this folder is collected. `chromedriver` must be on the path, so that
selenium fetches none. Where DDCOMPAT_AXE names the file `axe.min.js` of axe-core, the pages are
held against its rules too.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.chrome.webdriver import WebDriver

collect_ignore_glob = [] if os.environ.get("DDCOMPAT_BROWSER") else ["*"]

ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1200,900",
)  # fmt: skip


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """Start the browser once, with a profile of its own."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(os.environ["DDCOMPAT_BROWSER"]) or ""
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


class Page:
    """One HTML file in the browser."""

    def __init__(self, driver: WebDriver, folder: Path) -> None:
        self.driver = driver
        self._folder = folder

    def open(self, text: str) -> None:
        """Write the file and open it."""
        file = self._folder / "matrix.html"
        file.write_text(text, encoding="utf-8")
        self.driver.get(file.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    @contextmanager
    def media(self, *, kind: str = "", **features: str) -> Iterator[None]:
        """Show it as on another medium, such as `kind="print", prefers_color_scheme="dark"`."""
        named = [{"name": n.replace("_", "-"), "value": v} for n, v in features.items()]
        asked = {"media": kind, "features": named}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", asked)
        try:
            yield
        finally:
            nothing: dict[str, object] = {"media": "", "features": []}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", nothing)

    @contextmanager
    def width(self, pixels: int) -> Iterator[None]:
        """Show it in a window of another width."""
        metrics = {"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def log(self, kind: str) -> list[str]:
        """Messages of one of the browser's logs since it was last asked."""
        entries = self.driver.get_log(kind)  # type: ignore[no-untyped-call] # selenium's
        return [entry["message"] for entry in entries]

    def requests(self) -> list[str]:
        """Addresses that the file has asked for since this was last asked, apart from itself."""
        sent = [json.loads(message)["message"] for message in self.log("performance")]
        own = self.driver.current_url
        return [
            message["params"]["request"]["url"]
            for message in sent
            if message["method"] == "Network.requestWillBeSent"
            and message["params"]["documentURL"] == own
            and message["params"]["request"]["url"] != own
        ]


@pytest.fixture
def page(started: WebDriver, tmp_path: Path) -> Iterator[Page]:
    """Make a page; at the end its console is empty, and it has asked for nothing."""
    opened = Page(started, tmp_path)
    for kind in ("browser", "performance"):
        opened.log(kind)
    yield opened
    assert opened.log("browser") == []
    assert opened.requests() == []
