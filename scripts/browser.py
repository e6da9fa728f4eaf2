"""The app on a free port and a Chromium to look at it: shared by the browser tests and the screenshots.

``python -m scripts.browser`` prints which browser would be used, or fails when there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Software rendering, nothing in the background, no request to the outside; the sandbox needs privileges a container does not have.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
START_S = 60  # the longest wait for the server; it takes 2 to 5 s on two busy cores


def find_chromium() -> str | None:
    """Path of the browser: $CHROMIUM, else one on the PATH, else the one Playwright installed."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@contextmanager
def serve_app(data_dir: Path) -> Iterator[str]:
    """The app's address while it runs; its output goes to ``data_dir/app.log``."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    log = data_dir / "app.log"
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true",
        "--server.address", "127.0.0.1", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    environment = os.environ | {"STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            _await_health(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{log.read_text(errors='replace')[-4000:]}")


@contextmanager
def open_browser(theme: Literal["light", "dark"] = "light", width: int = 1280, height: int = 800) -> Iterator[BrowserContext]:
    """A browser context with a fresh profile."""
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    with tempfile.TemporaryDirectory(prefix="faultline-profile-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=executable, args=list(FLAGS), headless=True, viewport={"width": width, "height": height},
            color_scheme=theme, accept_downloads=True,
        )  # fmt: skip
        try:
            yield context
        finally:
            context.close()


if __name__ == "__main__":
    browser = find_chromium()
    print(browser or "none")
    sys.exit(browser is None)
