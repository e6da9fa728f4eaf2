"""The pages as Streamlit runs them, without a browser: what the canvas is sent, and what comes of what it sends."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from engine.document import load
from tests.ui_fakes import start_fake
from ui.frames import EDGE_FIELDS, INST_FIELDS, NODE_FIELDS, TARGET_FIELDS
from ui.runner import Runner
from ui.store import Store

ROOT = Path(__file__).parent.parent
PAGES = sorted(p.name for p in (ROOT / "pages").glob("*.py"))
PATIENCE_S = 60
STORE = "faultline_store"


def opened(page: str | None = None, prepare: Callable[[AppTest], None] | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    app.run()
    if page is not None:
        app.switch_page(f"pages/{page}").run()
    assert not app.exception, app.exception
    return app


def canvas_of(app: AppTest) -> Any:
    """The component's message as it would go to the browser."""
    (element,) = app.get("bidi_component")
    return element.proto


def payload_of(app: AppTest) -> dict[str, Any]:
    proto = canvas_of(app)
    data: dict[str, Any] = json.loads(proto.json if proto.WhichOneof("data") == "json" else proto.mixed.json)
    return data


def array_of(app: AppTest, name: str) -> np.ndarray:
    proto = canvas_of(app)
    reference = payload_of(app)[name]["__streamlit_arrow_ref__"]
    table = pa.ipc.open_stream(io.BytesIO(proto.mixed.arrow_blobs[reference].data)).read_all()
    assert str(table.schema.field("v").type) == "float"
    return table.column("v").to_numpy()


def send(app: AppTest, *events: dict[str, Any], first: int = 1) -> AppTest:
    """Do as the browser does: put the canvas's trigger into the widget states of the next run (AppTest has no public way)."""
    states = app._tree.get_widget_states()
    trigger = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{canvas_of(app).id}__events")
    message = {"sid": "tab", "evs": [{"n": first + i, **event} for i, event in enumerate(events)]}
    trigger.json_trigger_value = json.dumps([{"event": "ev", "value": message}])
    states.widgets.append(trigger)
    app._run(states)
    assert not app.exception, app.exception
    return app


def with_fake_engine(app: AppTest) -> Store:
    """The session's store with a runner that needs no kernel."""
    store: Store = app.session_state[STORE]
    store.runner = Runner(start_fake, lambda: True)
    return store


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_an_exception(page: str) -> None:
    app = opened(page)
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_brings_the_frame_along_where_the_server_has_not(page: str) -> None:
    """On a fresh server the address of a page runs that file alone."""
    lines = (ROOT / "pages" / page).read_text(encoding="utf-8").splitlines()
    does = [line for line in lines if line and not line.startswith(("import", "from", '"""'))]
    assert does[0] == "frame.complete()"


def test_the_first_look_shows_a_preset_and_no_run() -> None:
    data = payload_of(opened())
    assert data["doc"]["nodes"], "a drawing is there"
    assert (data["run"], data["frames"], data["problems"], data["untouched"]) == (None, None, [], True)
    assert {"kinds", "faults", "edge_fields", "refuse"} <= set(data["catalogue"])
    assert data["ack"] == {}


def test_the_same_key_and_store_come_with_every_message() -> None:
    app = opened()
    before = payload_of(app)
    app.run()
    after = payload_of(app)
    assert (before["instance"], before["store"], before["gen"]) == (after["instance"], after["store"], after["gen"])


def test_pressing_run_on_the_canvas_brings_frames_of_the_announced_shape() -> None:
    app = opened()
    with_fake_engine(app)
    send(app, {"t": "run"})
    data = payload_of(app)
    meta = data["frames"]
    assert data["ack"] == {"tab": 1}
    assert data["run"]["state"] == "done"
    assert data["run"]["id"] == meta["id"]
    assert [t["label"] for t in data["run"]["strip"]][:2] == ["Availability", "p99"]
    for name, items, fields in (
        ("nodes", "node_ids", NODE_FIELDS), ("edges", "edge_ids", EDGE_FIELDS), ("insts", "instances", INST_FIELDS),
        ("targets", "targets", TARGET_FIELDS),
    ):  # fmt: skip
        assert len(array_of(app, name)) == meta["n"] * len(meta[items]) * len(fields), name


def test_the_board_follows_the_run() -> None:
    app = opened()
    with_fake_engine(app)
    assert not app.get("plotly_chart")
    send(app, {"t": "run"})
    assert len(app.get("plotly_chart")) == 4
    assert [t.label for t in app.tabs] == ["Event log", "Expectations", "Compared with the run before", "Cost", "Data"]


def test_a_fault_from_the_canvas_becomes_new_frames_and_a_comparison() -> None:
    app = opened()
    with_fake_engine(app)
    send(app, {"t": "run"})
    first = payload_of(app)["run"]["id"]
    az = load(ROOT / "scenarios" / "three-tier-shop.yaml").regions[0].azs[0]
    send(app, {"t": "fault_add", "kind": "az_power_loss", "target": az, "at_s": 100, "for_s": 60, "params": {}}, first=2)
    data = payload_of(app)
    assert data["run"]["id"] != first
    assert data["run"]["branched_at_s"] == 42.0
    assert [f["kind"] for f in data["doc_faults"]] == ["az_power_loss"]
    assert app.session_state[STORE].previous.id == first


def test_what_the_canvas_holds_is_not_sent_again_until_it_asks() -> None:
    app = opened()
    with_fake_engine(app)
    send(app, {"t": "run"})
    first = payload_of(app)
    assert (first["catalogue"], first["frames"]["base"]) == (None, None) and "nodes" in first
    send(app, {"t": "seek", "t_s": 5}, first=2)
    second = payload_of(app)
    assert second["frames"]["base"] == {"id": first["frames"]["id"], "n": first["frames"]["n"]}
    assert second["catalogue"] is None and not {"nodes", "edges", "insts", "targets", "marks"} & set(second)
    send(app, {"t": "resend"}, first=3)
    third = payload_of(app)
    assert third["catalogue"]["kinds"] and third["frames"]["base"] is None
    assert len(array_of(app, "nodes")) == third["frames"]["n"] * len(third["frames"]["node_ids"]) * len(NODE_FIELDS)


def test_a_repeated_trigger_is_done_once() -> None:
    app = opened()
    with_fake_engine(app)
    send(app, {"t": "run"})
    run_id = payload_of(app)["run"]["id"]
    send(app, {"t": "run"})
    assert payload_of(app)["run"]["id"] == run_id


def test_a_broken_edit_badges_the_field_and_keeps_the_frames() -> None:
    app = opened()
    store = with_fake_engine(app)
    send(app, {"t": "run"})
    broken = json.loads(json.dumps(store.document))
    broken["nodes"][0]["rate_per_s"] = -5
    send(app, {"t": "doc", "gen": store.gen, "rev": 1, "doc": broken}, first=2)
    data = payload_of(app)
    assert data["problems"] and "rate_per_s" in data["problems"][0]["path"]
    assert data["frames"] is not None


def test_choosing_a_seed_in_the_toolbar_runs_again() -> None:
    app = opened()
    store = with_fake_engine(app)
    send(app, {"t": "run"})
    app.run()  # the tree of the test holds only what ran last: the canvas
    app.number_input[0].set_value(99).run()
    assert not app.exception
    assert store.runner.wait(5)
    assert payload_of(app)["run"]["seed"] == 99


def test_a_variant_from_the_canvas_shows_in_the_toolbar() -> None:
    app = opened()
    store = with_fake_engine(app)
    variants = [v for v, _ in store.variants()]
    assert variants, "the first preset has a variant to compare with"
    send(app, {"t": "variant", "id": variants[0]})
    assert app.selectbox[1].value == variants[0]
    assert payload_of(app)["gen"] == 2


def test_a_blank_sheet_says_what_to_do() -> None:
    app = opened()
    with_fake_engine(app)
    next(b for b in app.button if b.label == "Start with a blank sheet").click().run()
    assert payload_of(app)["doc"]["nodes"] == []
    send(app, {"t": "run"})
    assert payload_of(app)["run"]["message"].startswith("There is nothing to run yet")


def test_a_link_names_preset_variant_and_seed() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    for name, value in {"preset": "three-tier-shop-az-loss", "seed": "12"}.items():
        app.query_params[name] = value
    app.run()
    store: Store = app.session_state[STORE]
    assert (store.preset, store.seed) == ("three-tier-shop-az-loss", 12)
    variant = store.variants()[0][0]
    app.selectbox[1].set_value(variant).run()
    assert {k: v[0] if isinstance(v, list) else v for k, v in app.query_params.items()} == {
        "preset": "three-tier-shop-az-loss", "seed": "12", "variant": variant,
    }  # fmt: skip


def test_a_link_with_nonsense_shows_the_first_preset() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S)
    for name, value in {"preset": "../../etc", "seed": "-3", "variant": "x"}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.session_state[STORE].preset == "three-tier-shop"


def test_how_it_works_lists_every_fault_of_the_catalogue() -> None:
    from engine.catalogue import catalogue

    app = opened("how_it_works.py")
    titles = " ".join(e.label for e in app.expander)
    for entry in catalogue()["faults"]:
        assert f"`{entry['kind']}`" in titles


def test_every_component_has_its_fields_and_its_losses_on_the_page_of_components() -> None:
    from engine.components import COMPONENTS

    app = opened("reference.py")
    for kind, cls in COMPONENTS.items():
        app.selectbox[0].set_value(kind).run()
        assert not app.exception
        text = " ".join(m.value for m in app.markdown)
        assert cls.summary in text and cls.az_loss in text and f"kind: {kind}" in app.code[0].value
        fields = app.table[0].value
        assert not fields.empty and fields["source"].str.len().gt(0).any()


def test_how_do_we_know_shows_every_case_and_finds_it_by_word_and_verdict() -> None:
    from engine.validation.report import all_cases, load

    found = load()
    assert found is not None
    app = opened("how_do_we_know.py")
    tables = [h.proto.body for h in app.get("html") if "class='proof'" in h.proto.body]
    assert len(tables) == len(found["groups"]) and sum(t.count("tr class=first") for t in tables) == len(all_cases(found))
    app.text_input[0].set_value("erlang b").run()
    (table,) = (h.proto.body for h in app.get("html") if "class='proof'" in h.proto.body and "turned away" in h.proto.body)
    assert "M/M/25/25" in table and "M/D/1" not in table
    app.text_input[0].set_value("").run()
    app.toggle[0].set_value(True).run()
    assert not app.exception and "Nothing that does not hold." in [c.value for c in app.caption]
