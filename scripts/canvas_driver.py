"""The canvas as a person uses it: by what is written on it. Locators of Playwright look into the shadow root by themselves."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

SESSION = "[...window.__faultline.sessions.values()][0]"
Point = tuple[float, float]


class Canvas:
    """The one canvas on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.get_by_role("application", name="Architecture canvas")

    def wait(self) -> Canvas:
        """Until the canvas is drawn and its palette can be used."""
        self.root.get_by_role("button", name="Add ", exact=False).first.wait_for()
        return self

    def card(self, node: str) -> Locator:
        """The card of a node."""
        return self.page.locator(f".react-flow__node[data-id='{node}']")

    def box(self, place: str) -> Locator:
        """The box of a Region or the lane of an AZ."""
        return self.page.locator(f"[data-container='{place}']")

    def button(self, name: str) -> Locator:
        """A button of the canvas by its exact name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def drag_in(self, what: str, place: str, at: Point = (0.5, 0.7)) -> None:
        """Drag an entry of the palette onto a place; ``at`` is the share of its width and height."""
        self.button(f"Add {what}").scroll_into_view_if_needed()  # the palette is longer than the canvas is high
        self.drag(_centre(self.button(f"Add {what}")), _inside(self.box(place), at))

    def connect(self, caller: str, callee: str) -> None:
        """Draw an edge from the dot under one card to the dot above another."""
        self.drag(_centre(self.page.get_by_label(f"Connect from {caller}")), _centre(self.page.get_by_label(f"Connect to {callee}")))

    def break_place(self, place: str, fault: str) -> None:
        """Right-click the header of a Region or AZ and choose what befalls it."""
        self.box(place).locator("header").click(button="right", position={"x": 12, "y": 8})
        self.page.get_by_role("dialog", name=f"Break {place}").get_by_role("button", name=fault, exact=True).click()

    def play(self) -> None:
        """Press play and wait until the playhead moves."""
        self.root.get_by_role("group", name="Playback").get_by_role("button", name="Play", exact=True).click()
        self.button("Pause").wait_for()
        self.page.wait_for_function(f"{SESSION}.clock.playhead_s > 0.2")

    def seek(self, t_s: float) -> None:
        """Move the playhead."""
        self.page.evaluate(f"t => {SESSION}.seek(t)", t_s)

    def playhead_s(self) -> float:
        """Where playback is."""
        return float(self.page.evaluate(f"{SESSION}.clock.playhead_s"))

    def document(self) -> dict[str, Any]:
        """The scenario as the canvas holds it."""
        found: dict[str, Any] = self.page.evaluate(f"{SESSION}.doc")
        return found

    def metrics(self) -> dict[str, float]:
        """Instants in ms and counts that the canvas keeps for us."""
        found: dict[str, float] = self.page.evaluate("Object.values(window.__faultline.metrics())[0]")
        return found

    def wait_for_frames_after(self, count: int) -> dict[str, float]:
        """Until frames of a newer run than the ``count``-th have been painted; the metrics then."""
        self.page.wait_for_function(
            "n => { const m = Object.values(window.__faultline.metrics())[0];"
            " return m.framesApplied > n && m.framesPaintedAt >= m.framesAt && m.framesAt > m.clickAt }",
            arg=count,
        )
        return self.metrics()

    def wait_for_the_end_of_the_run(self) -> None:
        """Until all seconds are here."""
        self.page.wait_for_function(f"{SESSION}.run?.state === 'done'")

    def viewport(self) -> str:
        """Where the drawing is and how large: it must not jump."""
        return str(self.page.locator(".react-flow__viewport").evaluate("e => e.style.transform"))

    def frames_per_second(self, seconds: float = 2.0) -> float:
        """How often the browser really paints."""
        count = self.page.evaluate(
            "s => new Promise(done => { let n = 0; const t0 = performance.now();"
            " const step = t => { n++; t - t0 < s * 1000 ? requestAnimationFrame(step) : done(n * 1000 / (t - t0)) };"
            " requestAnimationFrame(step) })",
            seconds,
        )
        return float(count)

    def drag(self, start: Point, end: Point) -> None:
        """Press at one point of the window, release at another."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=8)
        mouse.move(*end, steps=8)
        mouse.up()


def _bounds(locator: Locator) -> FloatRect:
    expect(locator).to_be_visible()
    box = locator.bounding_box()
    assert box is not None
    return box


def _centre(locator: Locator) -> Point:
    return _inside(locator, (0.5, 0.5))


def _inside(locator: Locator, at: Point) -> Point:
    box = _bounds(locator)
    return box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1]
