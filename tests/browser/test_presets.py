"""Finding a preset: open the list, type, take one."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from scripts.canvas_driver import Canvas


def test_search_the_list_and_take_a_preset(page: Page) -> None:
    canvas = Canvas(page).wait()
    page.get_by_role("button", name="Browse").click()
    dialog = page.get_by_role("dialog")
    search = dialog.get_by_label("Search")
    expect(dialog.get_by_text("Load balancing", exact=True)).to_be_visible()

    search.fill("zebra")
    expect(dialog.get_by_text("Nothing here has zebra in it.", exact=False)).to_be_visible()

    search.fill("dead letter queue")
    expect(dialog.get_by_text("Load balancing", exact=True)).to_be_hidden()
    entry = dialog.get_by_role("button", name="A queue between two services")
    expect(entry).to_be_visible()

    entry.focus()
    page.keyboard.press("Enter")  # by keyboard as by mouse
    expect(dialog).to_be_hidden()
    expect(canvas.card("invoices")).to_be_visible()
    expect(page.get_by_label("Preset").first).to_be_visible()
    assert "preset=queue-absorbs" in page.url
