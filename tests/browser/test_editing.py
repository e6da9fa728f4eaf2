"""What a person changes can be taken back and is still there after a reload, and the whole canvas fits into the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from scripts.canvas_driver import SESSION, Canvas

OpenPage = Callable[..., Page]
KEPT_MS = 1000  # the server has heard of an edit by then


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1280, 800), (1920, 1080)])
def test_toolbar_canvas_and_transport_fit_into_the_window(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("h => document.querySelector('iframe') === null && window.innerHeight === h", arg=height)
    for part in (canvas.button("Play"), canvas.root, page.get_by_label("Preset").first):
        box = part.bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def test_a_moved_card_is_where_it_was_put_after_a_reload(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    before = canvas.document()["layout"]["orders"]
    canvas.card("orders").focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.wait_for_function(f"y => {SESSION}.doc.layout.orders[1] > y", arg=before[1])
    moved = canvas.document()["layout"]["orders"]
    page.wait_for_timeout(KEPT_MS)
    page.reload()
    assert Canvas(page).wait().document()["layout"]["orders"] == moved


def test_a_fault_on_the_timeline_is_moved_stretched_removed_and_taken_back(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    canvas.play()
    canvas.wait_for_the_end_of_the_run()
    canvas.button("Pause").click()
    canvas.seek(120)
    canvas.break_place("us-east-1a", "AZ power loss")
    bar = canvas.root.get_by_role("slider", name="AZ power loss of us-east-1a")
    box = bar.bounding_box()
    track = canvas.root.get_by_role("slider", name="Playhead").bounding_box()
    assert box is not None and track is not None
    second = track["width"] / 600

    y = box["y"] + box["height"] / 2
    canvas.drag((box["x"] + 20, y), (box["x"] + 20 + 60 * second, y))
    assert _fault(page) == {"at_s": 180, "for_s": 180}
    box = bar.bounding_box()
    assert box is not None
    canvas.drag((box["x"] + box["width"] - 2, y), (box["x"] + box["width"] - 2 - 90 * second, y))
    assert _fault(page) == {"at_s": 180, "for_s": 90}

    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight"):
        canvas.wait_for_the_end_of_the_run()
        page.wait_for_timeout(500)  # one edit each
        bar.focus()
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    assert _fault(page) == {"at_s": 181, "for_s": 91}
    canvas.wait_for_the_end_of_the_run()
    bar.focus()
    page.keyboard.press("Delete")
    assert _fault(page) is None
    for expected in ({"at_s": 181, "for_s": 91}, {"at_s": 181, "for_s": 90}, {"at_s": 182, "for_s": 90}):
        page.keyboard.press("Control+z")
        assert _fault(page) == expected
    page.wait_for_function(f"{SESSION}.run.faults[0]?.start_s === 182")  # the story that is played is the one that is drawn
    canvas.wait_for_the_end_of_the_run()


def test_deleting_an_az_asks_nothing_and_can_be_taken_back(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    before = canvas.document()
    canvas.box("us-east-1a").locator("header").click(position={"x": 12, "y": 8})
    sits = canvas.root.get_by_label("Inspector")
    assert [sits.get_by_role("button", name=name).count() for name in ("web", "orders primary")] == [1, 1]
    canvas.button("Delete the AZ").click()
    page.wait_for_function(f"{SESSION}.doc.regions[0].azs.length === 1")
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.press("Control+z")
    page.wait_for_function(f"{SESSION}.doc.regions[0].azs.length === 2")
    assert canvas.document() == before


def _fault(page: Page) -> dict[str, Any] | None:
    """Start and length of the only fault; None when there is none."""
    found: dict[str, Any] | None = page.evaluate(
        f"(() => {{ const [f] = {SESSION}.doc.faults ?? []; return f ? {{at_s: f.at_s, for_s: f.for_s}} : null }})()"
    )
    return found
