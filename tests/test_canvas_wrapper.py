"""The Python side of the canvas: what it sends, what it takes in, and how its bundle reaches the browser."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.errors import StreamlitAPIException
from streamlit.testing.v1 import AppTest

from canvas import MIN_HEIGHT_PX, MOST_TABS, bundle, f32, new_events

Message = dict[str, Any]


def message(*numbers: int, sid: str = "tab") -> Message:
    return {"sid": sid, "evs": [{"n": n, "t": "run"} for n in numbers]}


def numbers_of(events: list[Message]) -> list[int]:
    return [event["n"] for event in events]


def page() -> None:
    """An app of one canvas, as AppTest runs it."""
    import numpy as np
    import streamlit as st

    from canvas import canvas, f32

    store = st.session_state.setdefault("store", {})
    data: dict[str, Any] = {"gen": 1, "doc": {"nodes": []}, "catalogue": {}, "run": None, "frames": None}
    if st.button("run"):
        data |= {"frames": {"id": "r"}, "nodes": f32(np.arange(12.0).reshape(2, 3, 2))}
    canvas(store, data, key="cv", on_ev=lambda: None, height=300)


def shown(at: AppTest) -> Any:
    """The message the canvas was drawn with."""
    assert not at.exception
    return at.get("bidi_component")[0].proto


def test_each_event_is_handed_over_once_however_often_it_is_sent() -> None:
    store: dict[str, Any] = {}
    assert numbers_of(new_events(store, message(1, 2))) == [1, 2]
    assert numbers_of(new_events(store, message(1, 2, 3))) == [3]
    assert numbers_of(new_events(store, message(2, 3))) == []
    assert store["ack"] == {"tab": 3}


def test_events_come_in_the_order_of_their_numbers() -> None:
    assert numbers_of(new_events({}, message(3, 1, 2))) == [1, 2, 3]


def test_two_tabs_count_for_themselves() -> None:
    store: dict[str, Any] = {}
    new_events(store, message(1, 2, sid="a"))
    assert numbers_of(new_events(store, message(1, sid="b"))) == [1]


def test_the_tab_that_was_silent_longest_is_forgotten_first() -> None:
    store: dict[str, Any] = {}
    for tab in range(MOST_TABS):
        new_events(store, message(1, sid=str(tab)))
    new_events(store, message(2, sid="0"))
    new_events(store, message(1, sid="new"))
    assert sorted(store["ack"]) == sorted(["0", *map(str, range(2, MOST_TABS)), "new"])


@pytest.mark.parametrize("nothing", [None, {}, {"sid": "tab"}, {"sid": "tab", "evs": []}])
def test_no_message_is_no_event(nothing: Any) -> None:
    assert new_events({}, nothing) == []


@given(some.lists(some.tuples(some.integers(0, 6), some.booleans()), max_size=30))
def test_at_least_once_becomes_exactly_once(steps: list[tuple[int, bool]]) -> None:
    """The canvas adds events and repeats all that is unacknowledged; some messages are lost, some acknowledgements come late."""
    store: dict[str, Any] = {}
    outbox: list[int] = []
    sent, done = 0, []
    for added, arrives in [*steps, (0, True)]:
        outbox += range(sent + 1, sent + added + 1)
        sent += added
        if arrives:
            done += numbers_of(new_events(store, message(*outbox)))
            if added % 2:  # otherwise the answer is still under way
                outbox = [n for n in outbox if n > store.get("ack", {}).get("tab", 0)]
    assert done == list(range(1, sent + 1))


def test_arrays_travel_as_one_column_row_by_row() -> None:
    frame = f32(np.arange(6, dtype=float).reshape(1, 3, 2))
    assert frame["v"].dtype == np.float32
    assert frame["v"].tolist() == [0, 1, 2, 3, 4, 5]


def test_the_canvas_is_told_its_instance_the_acknowledgements_and_its_height() -> None:
    at = AppTest.from_function(page).run()
    sent = json.loads(shown(at).json)
    store = at.session_state["store"]
    assert (sent["instance"], sent["store"], sent["ack"], sent["height"]) == ("cv", store["id"], {}, MIN_HEIGHT_PX)


def test_a_height_of_css_follows_the_window() -> None:
    def tall() -> None:
        import streamlit as st

        from canvas import canvas

        data: dict[str, Any] = {"gen": 1, "doc": {"nodes": []}, "catalogue": {}, "run": None, "frames": None}
        canvas(st.session_state.setdefault("store", {}), data, key="cv", on_ev=lambda: None, height="calc(100vh - 10rem)")

    assert json.loads(shown(AppTest.from_function(tall).run()).json)["height"] == "calc(100vh - 10rem)"


def test_frames_travel_as_arrow_beside_the_json() -> None:
    at = AppTest.from_function(page).run()
    at.button[0].click().run()
    mixed = shown(at).mixed
    reference = json.loads(mixed.json)["nodes"]["__streamlit_arrow_ref__"]
    table = pa.ipc.open_stream(io.BytesIO(mixed.arrow_blobs[reference].data)).read_all()
    assert (table.num_rows, str(table.schema.field("v").type)) == (12, "float")


def test_the_server_keeps_its_id_over_reruns_and_has_another_in_another_session() -> None:
    at = AppTest.from_function(page).run()
    first = json.loads(shown(at).json)["store"]
    assert json.loads(shown(at.run()).json)["store"] == first
    assert json.loads(shown(AppTest.from_function(page).run()).json)["store"] != first


@pytest.fixture
def unregistered() -> Any:
    """The component as a fresh process finds it, and afterwards as the next test needs it."""
    bundle.component.cache_clear()
    yield
    bundle.component.cache_clear()


def test_an_installed_distribution_serves_the_bundle_as_files(monkeypatch: pytest.MonkeyPatch, unregistered: None) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(st.components.v2, "component", lambda name, **how: calls.append({"name": name, **how}))
    bundle.component()
    assert calls == [{"name": "faultline.canvas", "js": "canvas-*.js", "css": "canvas-*.css", "isolate_styles": True}]


def test_a_bare_clone_sends_the_bundle_as_text(monkeypatch: pytest.MonkeyPatch, unregistered: None) -> None:
    calls: list[dict[str, Any]] = []

    def register(name: str, **how: Any) -> None:
        if how["js"] == "canvas-*.js":
            raise StreamlitAPIException("must be declared in pyproject.toml with asset_dir")
        calls.append(how)

    monkeypatch.setattr(st.components.v2, "component", register)
    bundle.component()
    (call,) = calls
    assert call["js"].startswith("/* inline */\n") and "export" in call["js"][-200:]
    assert call["css"].startswith("/* inline */\n") and ".fl-card" in call["css"]


def test_the_inline_form_is_accepted_by_streamlit() -> None:
    def inline_page() -> None:
        import streamlit as st

        from canvas.bundle import inline

        st.components.v2.component("canvas_as_text", js=inline(".js"), css=inline(".css"))(key="x", data={})

    at = AppTest.from_function(inline_page).run()
    assert shown(at).js_content.startswith("/* inline */")


def test_a_missing_bundle_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "BUILD", tmp_path)
    with pytest.raises(FileNotFoundError, match="make canvas"):
        bundle.inline(".js")


def test_the_committed_bundle_speaks_to_no_other_host() -> None:
    """Addresses in it are names of namespaces and links in messages, never something fetched."""
    (script,) = bundle.BUILD.glob("canvas-*.js")
    text = script.read_text(encoding="utf-8")
    for call in ("fetch(", "XMLHttpRequest", "WebSocket(", "sendBeacon", "importScripts"):
        assert call not in text
