"""A headless Chromium that may not reach anything but files."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A selenium driver; skipped where Debian's chromium and chromium-driver are not installed."""
    selenium = pytest.importorskip("selenium.webdriver")
    chromium, driver = which("chromium"), which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    quiet = (
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "no-first-run",
    )
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", *quiet):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = selenium.ChromeService(executable_path=driver)
    opened = selenium.Chrome(options=options, service=service)
    opened.set_window_size(1240, 1700)
    yield opened
    opened.quit()


def screenshot(browser: Any, name: str) -> None:
    """Leave a picture of the page under build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))
