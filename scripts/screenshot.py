"""Draw the pictures of the README: the shop in two AZs, one of them without power, in both themes. ``make screenshot``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from scripts.browser import ROOT, open_browser, serve_app
from scripts.canvas_driver import Canvas

IMAGES = ROOT / "docs" / "images"
FAULT_AT_S, LOOK_AT_S = 60, 82  # while the balancer still believes in one half of the dead


def picture(url: str, theme: Literal["light", "dark"]) -> Path:
    """One picture of the playground in the middle of an outage."""
    path = IMAGES / f"playground-{theme}.png"
    with open_browser(theme, width=1440, height=900) as context:
        page = context.pages[0] if context.pages else context.new_page()
        page.goto(url)
        canvas = Canvas(page).wait()
        canvas.play()
        canvas.wait_for_the_end_of_the_run()
        canvas.button("Pause").click()
        canvas.seek(FAULT_AT_S)
        runs = int(canvas.metrics()["framesApplied"])
        canvas.break_place("us-east-1a", "AZ power loss")
        canvas.wait_for_frames_after(runs)
        canvas.wait_for_the_end_of_the_run()
        canvas.seek(LOOK_AT_S)
        page.wait_for_timeout(1000)  # charts below are drawn by then, too
        page.screenshot(path=path)
    return path


def main() -> None:
    """Both themes."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serve_app(Path(folder)) as url:
        for theme in ("light", "dark"):
            print(picture(url, theme))


if __name__ == "__main__":
    main()
