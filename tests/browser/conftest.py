"""Keeps these tests for where Chromium, its driver and selenium are.

They run where DDCOMPAT_BROWSER names the browser, such as `DDCOMPAT_BROWSER=chromium`; in a plain
`pytest`, nothing of this folder is collected. `chromedriver` must be on the path, so that
selenium fetches none.
"""

from __future__ import annotations

import json
import os
import shutil
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
