"""What the canvas asks for, without a browser: exactly once, of this drawing only, and never at the price of a good drawing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.document import dumps, loads, parse
from tests.ui_fakes import start_fake
from ui.events import HANDLERS, handle
from ui.payload import run_meta
from ui.runner import Runner
from ui.store import Store, choose_variant, load_blank, load_scenario, load_text, new_store, to_save

SHOP: dict[str, Any] = {
    "faultline": 1,
    "title": "Shop",
    "seed": 7,
    "duration_s": 300,
    "regions": [{"id": "us-east-1", "azs": ["us-east-1a", "us-east-1b"]}],
    "nodes": [
        {"id": "shoppers", "kind": "clients", "rate_per_s": 40},
        {"id": "front", "kind": "alb", "region": "us-east-1"},
        {"id": "web", "kind": "ec2_asg", "azs": ["us-east-1a", "us-east-1b"], "instances": 2, "service": {"exponential": 0.02}},
    ],
    "edges": [{"from": "shoppers", "to": "front", "timeout_s": 2}, {"from": "front", "to": "web"}],
    "faults": [{"kind": "az_power_loss", "target": "us-east-1a", "at_s": 120, "for_s": 60}],
    "variants": [{"id": "one-az", "title": "One AZ", "change": {"nodes": {"web": {"azs": ["us-east-1a"]}}}}],
}  # fmt: skip


@pytest.fixture
def store() -> Store:
    return new_store(parse(SHOP), "shop", Runner(start_fake, lambda: True))


def send(store: Store, *events: dict[str, Any], sid: str = "tab", first: int | None = None) -> None:
    """One message of the canvas; numbers go on where the last message ended."""
    n = store.acks.get(sid, 0) + 1 if first is None else first
    handle(store, {"sid": sid, "evs": [{"n": n + i, **e} for i, e in enumerate(events)]})


def run(store: Store) -> None:
    send(store, {"t": "run"})
    assert store.runner.wait(5)


def doc(store: Store, **changes: Any) -> dict[str, Any]:
    return {"t": "doc", "gen": store.gen, "rev": 1, "doc": {**copy.deepcopy(store.document), **changes}}


def settled_job(store: Store) -> Any:
    assert store.runner.wait(5)
    return store.status().job


# ---- exactly once


def test_a_repeated_message_does_nothing_again(store: Store) -> None:
    add = {"t": "fault_add", "kind": "slow", "target": "web", "at_s": 10, "for_s": 20, "params": {"factor": 3}}
    send(store, add, first=1)
    send(store, add, first=1)
    assert len(store.document["faults"]) == 2
    assert store.acks == {"tab": 1}


def test_tabs_count_for_themselves_and_old_ones_are_forgotten(store: Store) -> None:
    for tab in range(12):
        send(store, {"t": "seek", "t_s": tab}, sid=f"tab-{tab}")
    assert store.playhead_s == 11
    assert len(store.acks) <= 8 and "tab-11" in store.acks


def test_an_unknown_or_mangled_event_is_acknowledged_and_harms_nothing(store: Store) -> None:
    before = copy.deepcopy(store.document)
    send(store, {"t": "dance"}, {"t": "fault_add"}, {"t": "seek", "t_s": "soon"}, {"t": "seek", "t_s": 5})
    assert store.document == before
    assert store.playhead_s == 5
    assert store.acks == {"tab": 4}


# ---- the drawing


def test_an_edit_of_an_older_drawing_is_dropped(store: Store) -> None:
    send(store, {**doc(store, title="mine"), "gen": store.gen - 1})
    assert store.document["title"] == "Shop"


def test_a_broken_drawing_stays_on_the_canvas_and_the_last_good_one_stays_runnable(store: Store) -> None:
    good = store.scenario
    broken = doc(store)
    broken["doc"]["nodes"][2]["instances"] = -1
    send(store, broken)
    assert store.document["nodes"][2]["instances"] == -1
    assert store.scenario is good
    assert [p["path"] for p in store.problems] == ["nodes.web.instances"]
    assert "-1" in store.problems[0]["message"]
    send(store, {"t": "run"})
    assert store.status().job is None
    assert store.refusal == "The drawing has 1 problem to mend before it can run."
    mended = doc(store)
    mended["doc"]["nodes"][2]["instances"] = 4
    send(store, mended)
    assert (store.problems, store.refusal) == ([], "")
    assert store.scenario is not good


def test_moving_a_card_leaves_the_frames_fresh_and_an_edit_makes_them_stale(store: Store) -> None:
    run(store)
    send(store, doc(store, layout={"front": [10, 20]}))
    assert not store.stale
    edited = doc(store)
    edited["doc"]["nodes"][2]["instances"] = 4
    send(store, edited)
    assert store.stale
    run(store)
    assert not store.stale


def test_deleting_a_node_takes_its_faults_along(store: Store) -> None:
    send(store, {"t": "fault_add", "kind": "slow", "target": "web", "at_s": 10, "for_s": 20, "params": {"factor": 3}})
    smaller = doc(store)
    smaller["doc"]["nodes"] = [n for n in smaller["doc"]["nodes"] if n["id"] != "web"]
    smaller["doc"]["edges"] = [{"from": "shoppers", "to": "front", "timeout_s": 2}]
    send(store, smaller)
    assert [f["kind"] for f in store.document["faults"]] == ["az_power_loss"]


def test_renaming_a_node_renames_the_target_of_its_faults(store: Store) -> None:
    send(store, {"t": "fault_add", "kind": "slow", "target": "web", "at_s": 10, "for_s": 20, "params": {"factor": 3}})
    renamed = doc(store)
    renamed["doc"]["nodes"][2]["id"] = "shop"
    renamed["doc"]["edges"][1]["to"] = "shop"
    renamed["doc"]["faults"][1]["target"] = "shop"
    renamed["doc"]["variants"][0]["change"] = {"nodes": {"shop": {"azs": ["us-east-1a"]}}}
    send(store, renamed)
    assert [(f["kind"], f["target"]) for f in store.document["faults"]] == [("az_power_loss", "us-east-1a"), ("slow", "shop")]
    assert store.problems == []


def test_the_first_drawing_a_browser_brings_back_replaces_the_one_a_session_starts_with(store: Store) -> None:
    mine = copy.deepcopy(SHOP) | {"title": "Mine", "seed": 5, "faults": [{"kind": "node_down", "target": "web", "at_s": 9}]}
    assert store.untouched
    send(store, {"t": "seek", "t_s": 3}, {"t": "doc", "gen": 1, "rev": 1, "doc": mine})
    assert (store.document["title"], store.seed, store.preset) == ("Mine", 5, None)
    assert store.document["faults"] == [{"id": "node_down-1", "kind": "node_down", "target": "web", "at_s": 9}]
    assert not store.untouched


def test_a_link_to_a_preset_wins_over_another_drawing_the_browser_kept(store: Store) -> None:
    store.linked = True
    send(store, {"t": "doc", "gen": 1, "rev": 1, "doc": {**SHOP, "title": "Mine"}})
    assert store.document["title"] == "Shop"
    assert store.gen == 2, "the canvas takes the preset again"


def test_the_canvas_cannot_overwrite_faults_it_has_not_heard_of_yet(store: Store) -> None:
    old = doc(store)
    store.touched = True
    send(store, {"t": "fault_add", "kind": "slow", "target": "web", "at_s": 10, "for_s": 20, "params": {"factor": 3}}, old)
    assert [f["kind"] for f in store.document["faults"]] == ["az_power_loss", "slow"]


# ---- faults


def test_every_fault_of_a_loaded_drawing_has_an_id(store: Store) -> None:
    assert store.scenario is not None
    assert [f["id"] for f in store.document["faults"]] == store.scenario.fault_ids() == ["az_power_loss-1"]


def test_a_fault_before_the_first_run_only_changes_the_drawing(store: Store) -> None:
    send(store, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": None, "params": {}})
    assert store.document["faults"][-1] == {"id": "node_down-1", "kind": "node_down", "target": "web", "at_s": 30}
    assert store.status().job is None


def test_a_fault_on_fresh_frames_branches_and_leaves_the_playhead(store: Store) -> None:
    run(store)
    first = store.status().run_id
    send(store, {"t": "seek", "t_s": 42.0}, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 42, "for_s": 10, "params": {}})
    job = settled_job(store)
    assert job.branch
    assert [f.kind for f in job.scenario.faults] == ["az_power_loss", "node_down"]
    assert store.status().run_id != first
    assert store.playhead_s == 42.0
    assert store.previous is not None and store.previous.id == first


def test_editing_and_removing_faults_runs_the_changed_story(store: Store) -> None:
    run(store)
    send(store, {"t": "fault_edit", "id": "az_power_loss-1", "at_s": 150, "for_s": 30})
    assert [(f.at_s, f.for_s) for f in settled_job(store).scenario.faults] == [(150, 30)]
    send(store, {"t": "fault_edit", "id": "az_power_loss-1", "for_s": None})
    assert [(f.at_s, f.for_s) for f in settled_job(store).scenario.faults] == [(150, None)], "until the end"
    send(store, {"t": "fault_remove", "id": "az_power_loss-1"})
    assert settled_job(store).scenario.faults == []
    send(store, {"t": "fault_remove", "id": "az_power_loss-1"})
    assert "faults" not in store.document


def test_clearing_faults_takes_all_of_them(store: Store) -> None:
    send(store, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": 5, "params": {}}, {"t": "faults_clear"})
    assert "faults" not in store.document


def test_a_fault_taken_back_leaves_the_story_as_it_was_and_runs_it(store: Store) -> None:
    run(store)
    before = copy.deepcopy(store.document["faults"])
    send(store, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": 5, "params": {}})
    added = copy.deepcopy(store.document["faults"])
    send(store, {"t": "faults_set", "faults": before})
    assert store.document["faults"] == before
    job = settled_job(store)
    assert job.branch and [f.kind for f in job.scenario.faults] == ["az_power_loss"]
    send(store, {"t": "faults_set", "faults": added})
    assert [f.kind for f in settled_job(store).scenario.faults] == ["az_power_loss", "node_down"]


def test_a_deleted_node_comes_back_with_its_faults_and_the_frames_are_fresh_again(store: Store) -> None:
    send(store, {"t": "fault_add", "kind": "slow", "target": "web", "at_s": 10, "for_s": 20, "params": {"factor": 3}})
    run(store)
    before, run_id = copy.deepcopy(store.document), store.status().run_id
    smaller = doc(store)
    smaller["doc"]["nodes"] = [n for n in smaller["doc"]["nodes"] if n["id"] != "web"]
    smaller["doc"]["edges"] = [{"from": "shoppers", "to": "front", "timeout_s": 2}]
    send(store, smaller)
    assert len(store.document["faults"]) == 1
    send(store, {**doc(store), "doc": before}, {"t": "faults_set", "faults": before["faults"]})
    assert store.document["faults"] == before["faults"]
    assert not store.stale and store.status().run_id == run_id


def test_faults_set_over_an_edited_drawing_wait_for_the_next_run(store: Store) -> None:
    run(store)
    run_id = store.status().run_id
    edited = doc(store)
    edited["doc"]["nodes"][2]["instances"] = 4
    send(store, edited, {"t": "faults_set", "faults": []})
    assert "faults" not in store.document
    assert store.stale and store.status().run_id == run_id


def test_a_fault_can_be_aimed_while_something_else_of_the_drawing_is_unfinished(store: Store) -> None:
    broken = doc(store)
    broken["doc"]["nodes"][2]["instances"] = -1
    send(store, broken, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": 5, "params": {}})
    assert [f["kind"] for f in store.document["faults"]] == ["az_power_loss", "node_down"]
    assert [p["path"] for p in store.problems] == ["nodes.web.instances"]
    assert store.refusal == ""


def test_a_fault_keeps_the_name_the_canvas_gave_it_unless_it_is_taken(store: Store) -> None:
    add = {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": 5, "params": {}, "id": "node_down-7"}
    send(store, add, {**add, "at_s": 90})
    assert [f["id"] for f in store.document["faults"]] == ["az_power_loss-1", "node_down-7", "node_down-1"]


def test_an_impossible_fault_is_refused_with_a_reason_and_changes_nothing(store: Store) -> None:
    run(store)
    before = store.status().run_id
    send(store, {"t": "fault_add", "kind": "slow", "target": "nowhere", "at_s": 10, "for_s": 20, "params": {"factor": 3}})
    assert [f["kind"] for f in store.document["faults"]] == ["az_power_loss"]
    assert "nowhere" in store.refusal
    assert store.status().run_id == before
    meta = run_meta(store, store.status())
    assert meta is not None and meta["message"] == store.refusal


def test_a_fault_on_stale_frames_runs_the_edited_drawing_afresh(store: Store) -> None:
    run(store)
    edited = doc(store)
    edited["doc"]["nodes"][2]["instances"] = 4
    send(store, edited, {"t": "fault_add", "kind": "node_down", "target": "web", "at_s": 30, "for_s": 5, "params": {}})
    assert not settled_job(store).branch
    assert not store.stale


# ---- seed, variants, loading


def test_another_seed_repeats_the_run_and_the_same_one_does_not(store: Store) -> None:
    run(store)
    first = store.status().run_id
    send(store, {"t": "seed", "seed": 7})
    assert store.status().run_id == first
    send(store, {"t": "seed", "seed": 8})
    assert settled_job(store).seed == 8
    send(store, {"t": "seed", "seed": -1})
    assert store.seed == 8


def test_a_variant_is_shown_run_and_compared_with_the_base(store: Store) -> None:
    run(store)
    base = store.status().run_id
    gen = store.gen
    send(store, {"t": "variant", "id": "one-az"})
    assert settled_job(store).variant == "one-az"
    assert store.gen == gen + 1
    assert store.document["nodes"][2]["azs"] == ["us-east-1a"]
    assert store.previous is not None and store.previous.id == base


def test_an_edited_variant_is_there_again_after_a_look_at_the_base(store: Store) -> None:
    choose_variant(store, "one-az")
    edited = doc(store)
    edited["doc"]["nodes"][2]["instances"] = 9
    send(store, edited)
    choose_variant(store, None)
    assert store.document["nodes"][2]["instances"] == 2
    choose_variant(store, "one-az")
    assert store.document["nodes"][2]["instances"] == 9


def test_an_unknown_variant_is_answered_with_the_known_ones(store: Store) -> None:
    assert not choose_variant(store, "two-az")
    assert store.refusal == "There is no variant 'two-az'; the variants are one-az."


def test_a_broken_upload_lists_its_problems_and_leaves_the_drawing(store: Store) -> None:
    before, gen = store.document, store.gen
    assert not load_text(store, "faultline: 1\nnodes: [{id: a, kind: clients, rate: 3}]\n", "mine.yaml")
    assert store.document is before and store.gen == gen
    assert store.upload_problems and all(p["path"] and p["message"] for p in store.upload_problems)
    assert load_text(store, dumps(parse({**SHOP, "title": "Mine"})), "mine.yaml")
    assert store.upload_problems == [] and store.gen == gen + 1


def test_loading_forgets_everything_of_the_drawing_before(store: Store) -> None:
    run(store)
    choose_variant(store, "one-az")
    load_scenario(store, parse({**SHOP, "seed": 3}), "other")
    assert (store.preset, store.variant, store.seed, store.previous, store.edited) == ("other", None, 3, None, {})
    assert store.status().job is None and store.status().frames is None


def test_an_empty_sheet_cannot_run_and_says_what_to_do(store: Store) -> None:
    load_blank(store)
    send(store, {"t": "run"})
    assert store.status().job is None
    assert store.refusal.startswith("There is nothing to run yet")


def test_what_is_saved_reads_back_with_the_chosen_seed(store: Store) -> None:
    send(store, {"t": "seed", "seed": 11})
    saved = to_save(store)
    assert saved is not None
    assert loads(dumps(saved)).seed == 11
    assert "variants" in saved.to_dict()


def test_every_event_of_the_protocol_has_a_handler() -> None:
    assert set(HANDLERS) == {
        "doc", "run", "cancel", "fault_add", "fault_edit", "fault_remove", "faults_clear", "faults_set", "seed", "variant", "seek",
        "resend",
    }  # fmt: skip
