"""What is measured is seen, faults are found by keyboard, and lists are edited where they belong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scripts.browser import open_browser, serve_app
from scripts.canvas_driver import SESSION, Canvas

OpenPage = Callable[..., Page]

DOCUMENT: dict[str, Any] = {
    "faultline": 1, "title": "Every mark", "seed": 3, "duration_s": 200, "warmup_s": 0,
    "regions": [{"id": "r", "azs": ["a", "b"]}],
    "nodes": [
        {"id": "people", "kind": "clients", "rate_per_s": 60},
        {"id": "web", "kind": "ec2_asg", "azs": ["a", "b"], "instances": 2, "concurrency": 8, "service": {"exponential": 0.02},
         "autoscaling": {"min": 1, "max": 30, "metric": "requests_per_target", "target": 20, "period_s": 5, "metric_delay_s": 1,
                         "scale_out_points": 1, "launch_s": 60}},
        {"id": "orders", "kind": "store", "azs": ["a"], "replica_azs": ["b"], "service": {"constant": 0.004}},
        {"id": "jobs", "kind": "queue"},
        {"id": "worker", "kind": "function", "service": {"constant": 0.1}},
    ],
    "edges": [
        {"from": "people", "to": "web", "timeout_s": 1, "attempts": 3}, {"from": "web", "to": "orders"},
        {"from": "web", "to": "jobs", "attempts": 2, "fallback": 1, "breaker": {"open_s": 6, "window_s": 4}},
        {"from": "jobs", "to": "worker"},
    ],
    "faults": [
        {"kind": "replication_pause", "target": "orders", "at_s": 20, "for_s": 100},
        {"kind": "errors", "target": "jobs", "share": 1, "at_s": 50, "for_s": 60},
        {"kind": "az_grey", "target": "b", "at_s": 50, "for_s": 60},
        {"kind": "consumer_stop", "target": "worker", "at_s": 30, "for_s": 100},
    ],
}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_measured_is_seen_on_the_canvas(open_page: OpenPage, tmp_path: Path, theme: str) -> None:
    page = open_page(theme)
    canvas = Canvas(page).wait()
    opened(page, canvas, DOCUMENT, tmp_path)
    canvas.play()
    canvas.wait_for_the_end_of_the_run()
    canvas.button("Pause").click()
    canvas.seek(55)

    web, orders, jobs = canvas.card("web"), canvas.card("orders"), canvas.card("jobs")
    expect(web.locator(".fl-part").first).to_contain_text("launching")
    assert web.locator(".fl-pip[data-stage='launching']:visible").count() >= 1
    assert web.locator(".fl-more").all_inner_texts() == ["", ""], "places in which no instance is are not counted"
    expect(orders).to_contain_text("lag 3")
    expect(orders.get_by_role("button", name="read replica")).to_have_count(1)
    assert orders.locator(".fl-replication .paused circle").count() > 0
    expect(jobs).to_contain_text("oldest 2")
    expect(jobs.get_by_role("img", name="waiting")).to_be_visible()
    expect(canvas.root.get_by_role("img", name="Circuit breaker web → jobs: open")).to_be_visible()
    expect(canvas.card("worker")).to_contain_text("0 busy")
    expect(canvas.box("b")).to_contain_text("+200 ms, 15 % loss")
    expect(canvas.root.locator(".fl-lane[data-grey]")).to_have_count(1)

    # The table says the same in words.
    canvas.button("Table of nodes and calls").click()
    table = canvas.root.get_by_role("region", name="Table of nodes and calls")
    expect(table).to_contain_text("paused, lag 3")
    expect(table).to_contain_text("open ")


def test_a_fault_is_found_and_injected_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    canvas.card("web").click(button="right", position={"x": 60, "y": 14})
    menu = page.get_by_role("dialog", name="Break web")
    expect(menu.get_by_role("searchbox", name="Find a fault")).to_be_focused()
    box = menu.bounding_box()
    assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 800
    page.keyboard.type("instance crash")
    expect(menu.get_by_role("button", name="Instance crash", exact=True)).to_be_visible()
    page.keyboard.press("Escape")  # empties the box, the menu stays
    expect(menu.get_by_role("searchbox")).to_have_value("")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Instance crash", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(menu.get_by_role("button", name="Inject at")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(menu).to_have_count(0)
    page.wait_for_function(f"{SESSION}.doc.faults?.[0]?.kind === 'instance_crash'")
    canvas.card("web").click(button="right", position={"x": 60, "y": 14})
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


def test_classes_of_requests_are_edited_in_the_inspector(open_page: OpenPage) -> None:
    page = open_page("light")
    canvas = Canvas(page).wait()
    canvas.card("shoppers").focus()
    page.keyboard.press("Enter")
    classes = canvas.root.get_by_role("group", name="Classes")
    for _ in range(2):
        classes.get_by_role("button", name="+ add").click()
    page.wait_for_function(f"{SESSION}.doc.nodes[0].classes?.length === 2")
    classes.get_by_role("textbox", name="Share").first.fill("0.9")
    page.keyboard.press("Enter")
    expect(classes).to_contain_text("adds up to 1.4, not 1")
    classes.get_by_role("textbox", name="Share").nth(1).fill("0.1")
    page.keyboard.press("Enter")
    classes.get_by_role("textbox", name="Name").nth(1).fill("write")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{SESSION}.doc.nodes[0].classes[1].name === 'write'")
    assert canvas.document()["nodes"][0]["classes"] == [{"name": "read", "share": 0.9}, {"name": "write", "share": 0.1}]
    page.wait_for_function(f"{SESSION}.problems.length === 0")


def test_the_address_of_a_page_on_a_fresh_server_has_its_navigation(tmp_path: Path) -> None:
    with serve_app(tmp_path) as url, open_browser() as context:
        page = context.pages[0]
        page.goto(f"{url}/how_it_works")
        expect(page.get_by_role("heading", name="How it works")).to_be_visible()
        expect(page.get_by_role("link", name="Playground")).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)


def opened(page: Page, canvas: Canvas, document: dict[str, Any], folder: Path) -> None:
    """Show a document as if its file had been opened."""
    file = folder / "document.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    page.get_by_role("button", name="File", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function(f"{SESSION}.doc.title === {json.dumps(document['title'])}")
    page.keyboard.press("Escape")
    expect(canvas.card(document["nodes"][-1]["id"])).to_be_visible()
