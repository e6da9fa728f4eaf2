"""Every kind in a tiny document: it serves, it survives what can happen to it, and every number of it says where it comes from."""

from __future__ import annotations

import pytest

from engine import loads, simulate
from engine.catalogue import catalogue
from engine.components import COMPONENTS
from engine.components.base import CATEGORIES
from engine.document import dumps, parse
from engine.faults import FAULTS
from engine.fields import spoken
from tests.documents import said, tiny

ENTRIES = {entry["kind"]: entry for entry in catalogue()["kinds"]}
PLAIN = [kind for kind, cls in COMPONENTS.items() if cls.category == "Building blocks"]
VENDOR = [kind for kind in COMPONENTS if kind not in PLAIN and kind != "clients"]
LOSS = {"kind": "az_power_loss", "target": "us-east-1a", "at_s": 20, "for_s": 15}


def ran(kind, *faults, **fields):
    """Summary of a minute of the tiny document under these faults."""
    data = tiny(kind, **fields) | {"faults": list(faults)}
    assert said(data) == []
    return simulate(parse(data)).summary


def conserved(summary):
    requests = summary["requests"]
    return requests["started"] == requests["ok"] + sum(requests["failed"].values()) + requests["in_flight"]


@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_document_with_it_reads_back_as_it_was_written(kind):
    scenario = parse(tiny(kind))
    assert loads(dumps(scenario)) == scenario
    assert scenario.to_dict()["nodes"] == tiny(kind)["nodes"]


@pytest.mark.parametrize("kind", COMPONENTS)
def test_it_serves_every_request_of_a_quiet_minute(kind):
    summary = ran(kind)
    assert conserved(summary) and summary["requests"]["ok"] > 1_000
    assert summary["availability"] == 1
    if COMPONENTS[kind].behaviour != "resolver":  # nothing passes through it
        assert summary["nodes"]["it"]["completed"] > 1_000


@pytest.mark.parametrize("kind", COMPONENTS)
def test_the_loss_of_an_az_loses_no_account_of_any_request(kind):
    summary = ran(kind, LOSS)
    assert conserved(summary)
    assert summary["availability"] > 0.3


@pytest.mark.parametrize("kind", [k for k, c in COMPONENTS.items() if c.unplaced == "outside" or getattr(c, "spans_azs", False)])
def test_what_no_az_can_take_down_says_so_and_goes_on(kind):
    text = COMPONENTS[kind].az_loss
    assert text.startswith(("Goes on", "None", "Nothing")), text
    place = tiny(kind)["nodes"][-1]
    assert parse(tiny(kind)).topology.inside("us-east-1a").get("it") is None, place


NEEDS = ("dead letters", "archive", "autoscaling")  # what some faults are about, and the tiny document has not


@pytest.mark.parametrize("kind", COMPONENTS)
def test_every_fault_it_offers_can_be_injected_on_top_of_the_others_and_counts_stay_whole(kind):
    wanted = [(fault, target) for fault in ENTRIES[kind]["faults"] for target in FAULTS[fault].targets if target in ("node", "instance")]
    at = {"node": "it", "instance": "it[0]"}
    faults = [{"kind": fault, "target": at[target], "at_s": 5 + i, "for_s": 10} for i, (fault, target) in enumerate(wanted)]
    data = tiny(kind)
    sound = [fault for fault in faults if not any(n in m for _, m in said(data | {"faults": [fault]}) for n in NEEDS)]
    assert len(sound) >= len(faults) - 3
    assert said(data | {"faults": sound}) == []
    assert conserved(simulate(parse(data | {"faults": sound})).summary)


def every_number(fields):
    for field in fields:
        if field["type"] in ("number", "integer") and field.get("default") is not None:
            yield field
        yield from every_number(field.get("fields", []))


@pytest.mark.parametrize("kind", VENDOR)
def test_a_number_we_only_assume_says_so_and_offers_a_range(kind):
    for field in every_number(ENTRIES[kind]["fields"]):
        assert field["source"], field["name"]
        if field["confidence"] == "assumption":
            low, high = field["likely"]
            assert field.get("min", low) <= low <= field["default"] <= high <= field.get("max", high) and low < high, field["name"]
        else:
            assert "assum" not in field["source"] and "likely" not in field


@pytest.mark.parametrize("kind", COMPONENTS)
def test_values_beyond_the_bounds_are_refused_with_the_bound(kind):
    for field in ENTRIES[kind]["fields"]:
        for key, step in (("min", -1), ("max", 1)):
            if field["type"] in ("number", "integer") and key in field:
                beyond = field[key] + step
                found = [message for path, message in said(tiny(kind, **{field["name"]: beyond})) if path == f"nodes.it.{field['name']}"]
                assert found and any(spoken(field[key]) in message for message in found), (field, found)


@pytest.mark.parametrize("kind", COMPONENTS)
def test_it_says_what_happens_to_it_when_places_and_control_planes_fail(kind):
    cls = COMPONENTS[kind]
    assert cls.category in CATEGORIES
    for text in (cls.az_loss, cls.region_loss, cls.control_loss):
        assert text[0].isupper() and text.endswith(".") and len(text) < 220
    for limit in cls.limits:
        assert limit.what and limit.answer and not limit.what.endswith(".")


@pytest.mark.parametrize("kind", VENDOR)
def test_a_vendors_service_says_what_is_left_out(kind):
    cls = COMPONENTS[kind]
    assert cls.left_out.endswith(".") or kind == "external"
    assert cls.limits


@pytest.mark.parametrize(("kind", "least_s", "most_s"), [("ec2_asg", 180, 250), ("ecs", 45, 60), ("eks", 35, 50)])
def test_an_instance_that_dies_is_replaced_as_fast_as_its_kind_launches(kind, least_s, most_s):
    data = tiny(kind, instances=3, autoscaling={"min": 3, "max": 4, "metric": "none"}) | {"duration_s": 400}
    data["faults"] = [{"kind": "instance_crash", "mode": "black_hole", "target": "it[0]", "at_s": 20}]
    assert said(data) == []
    frame = simulate(parse(data)).nodes
    up = frame[frame["node"] == "it"].set_index("t_s")["instances_up"]
    back = up[(up.index > 25) & (up >= 3)].index[0] - 20
    assert up.loc[25] == 2 and least_s <= back <= most_s
