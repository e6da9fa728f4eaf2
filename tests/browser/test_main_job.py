"""The main job: open the page, draw, run, cut the power of an AZ, read what happened, take the result away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from scripts.canvas_driver import SESSION, Canvas

AZ = "us-east-1a"
OpenPage = Callable[..., Page]


def test_draw_run_break_and_export(page: Page, tmp_path: Path) -> None:
    canvas = Canvas(page).wait()
    expect(canvas.card("web")).to_be_visible()

    # Draw: a service into the second AZ, called by the web servers.
    before = {n["id"] for n in canvas.document()["nodes"]}
    canvas.drag_in("Service", "us-east-1b", at=(0.55, 0.85))
    page.wait_for_function("n => [...window.__faultline.sessions.values()][0].doc.nodes.length === n", arg=len(before) + 1)
    (added,) = (n for n in canvas.document()["nodes"] if n["id"] not in before)
    assert added["azs"] == ["us-east-1b"]
    canvas.connect("web", added["id"])
    assert {"from": "web", "to": added["id"]}.items() <= canvas.document()["edges"][-1].items()

    # Run: the canvas plays, and nothing jumps.
    canvas.play()
    viewport = canvas.viewport()
    fps = canvas.frames_per_second()

    # Break: the power of an AZ, while it plays.
    canvas.seek(60)
    runs = canvas.metrics()["framesApplied"]
    playhead = canvas.playhead_s()
    canvas.break_place(AZ, "AZ power loss")
    metrics = canvas.wait_for_frames_after(int(runs))
    painted_ms = metrics["framesPaintedAt"] - metrics["clickAt"]
    print(f"\nclick → painted {painted_ms:.0f} ms, {fps:.0f} frames per second")
    assert canvas.playhead_s() >= playhead
    assert canvas.viewport() == viewport
    assert (metrics["mounts"], metrics["unmounts"]) == (1, 0)

    # Read: the AZ goes dark, the log says so.
    expect(canvas.box(AZ)).to_contain_text("AZ DOWN")
    canvas.root.get_by_role("tab", name="Log").click()
    expect(canvas.root.get_by_role("list", name="Event log")).to_contain_text(AZ)

    # Take it away: the document holds the drawing and the fault.
    page.get_by_role("button", name="File", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as YAML").click()
    saved = tmp_path / "saved.yaml"
    download.value.save_as(saved)
    document = yaml.safe_load(saved.read_text(encoding="utf-8"))
    assert [f["kind"] for f in document["faults"]] == ["az_power_loss"]
    assert added["id"] in [n["id"] for n in document["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_screen_needs_no_scrolling_sideways(open_page: OpenPage, theme: str) -> None:
    page = open_page(theme)
    Canvas(page).wait()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_canvas_is_served_as_files_and_not_in_every_message(open_page: OpenPage) -> None:
    page = open_page("light")
    Canvas(page).wait()
    fetched = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert any("/faultline.canvas/canvas-" in name and name.endswith(".js") for name in fetched)


def test_a_drawing_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    canvas.drag_in("Service", "us-east-1b", at=(0.55, 0.85))
    page.wait_for_function(f"{SESSION}.doc.nodes.some(n => n.kind === 'service')")
    added = next(n["id"] for n in canvas.document()["nodes"] if n["kind"] == "service")
    page.wait_for_timeout(1000)  # the drawing is kept a moment after the last edit
    page.reload()
    expect(Canvas(page).wait().card(added)).to_be_visible()


def test_another_page_and_back_keeps_run_and_playhead(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    canvas.play()
    canvas.button("Pause").click()
    playhead, run = canvas.playhead_s(), page.evaluate(f"{SESSION}.run.id")
    page.get_by_role("link", name="How it works").click()
    expect(page.get_by_role("heading").first).to_be_visible()
    page.get_by_role("link", name="Playground").click()
    canvas.wait()
    assert abs(canvas.playhead_s() - playhead) < 0.05
    assert page.evaluate(f"{SESSION}.run.id") == run


def test_everything_can_be_done_from_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    before = len(canvas.document()["nodes"])
    canvas.button("Add Service").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"n => {SESSION}.doc.nodes.length === n", arg=before + 1)
    page.keyboard.press("Control+z")
    page.wait_for_function(f"n => {SESSION}.doc.nodes.length === n", arg=before)
    page.keyboard.press("Control+Shift+z")
    page.wait_for_function(f"n => {SESSION}.doc.nodes.length === n", arg=before + 1)
    canvas.card("web").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{SESSION}.view.selected.has('web')")
    page.keyboard.press("r")  # Streamlit's key for a rerun must not get through
    page.keyboard.press("c")  # nor the one for its cache dialog
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.press("Space")
    canvas.button("Pause").wait_for()


def test_an_edge_that_cannot_be_is_refused_with_a_reason(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    edges = canvas.document().get("edges")
    canvas.connect("front", "orders")
    toast = canvas.root.locator(".fl-toast")
    expect(toast).to_be_visible()
    assert canvas.document().get("edges") == edges
    assert toast.evaluate("e => getComputedStyle(e).pointerEvents") == "none", "the next line is drawn from a dot that it covers"
