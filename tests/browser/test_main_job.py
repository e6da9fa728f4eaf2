"""The main job: open the page, draw, run, cut the power of an AZ, read what happened, take the result away."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from scripts.canvas_driver import Canvas

AZ = "us-east-1a"


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
    page.get_by_role("button", name="File").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as YAML").click()
    saved = tmp_path / "saved.yaml"
    download.value.save_as(saved)
    document = yaml.safe_load(saved.read_text(encoding="utf-8"))
    assert [f["kind"] for f in document["faults"]] == ["az_power_loss"]
    assert added["id"] in [n["id"] for n in document["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_screen_needs_no_scrolling_sideways(open_page: object, theme: str) -> None:
    page: Page = open_page(theme)  # type: ignore[operator]
    Canvas(page).wait()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_canvas_is_served_as_files_and_not_in_every_message(open_page: object) -> None:
    page: Page = open_page("light")  # type: ignore[operator]
    Canvas(page).wait()
    fetched = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert any("/faultline.canvas/canvas-" in name and name.endswith(".js") for name in fetched)
