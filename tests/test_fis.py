"""The actions of AWS FIS: each under its own name, on the kinds it is about, with its own delays and after-effects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import simulate
from engine.components import COMPONENTS
from engine.document import parse
from engine.faults import FAULTS
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.lowering import lower
from engine.plan import Plan
from tests.documents import said, tiny

FIS = {kind: cls for kind, cls in FAULTS.items() if cls.library == "AWS FIS" and (not cls.kinds or set(cls.kinds) & set(COMPONENTS))}
TARGETS = {"az": "us-east-1a", "region": "us-east-1", "node": "it", "instance": "it[0]", "edge": "users->it"}


def document(kind: str, **fault: Any) -> dict[str, Any]:
    """A tiny document of the first kind the fault is about, with a second Region and with the fault on what it may happen to first."""
    cls = FAULTS[kind]
    subject = next((k for k in cls.kinds if k in COMPONENTS), "ec2_asg")
    data = tiny(subject)
    data["regions"].append({"id": "eu-west-1", "azs": ["eu-west-1a"]})
    edge = f"{data['edges'][0]['from']}->{data['edges'][0]['to']}"
    target = (TARGETS | {"edge": edge})[cls.targets[0]]
    return data | {"duration_s": 60, "faults": [{"kind": kind, "target": target, "at_s": 5, **fault}]}


def plan_of(kind: str, **fault: Any) -> Plan:
    return lower(parse(document(kind, **fault)))


def differs(a: Live, b: Live) -> bool:
    return not all(np.array_equal(value, getattr(b, name)) for name, value in vars(a).items() if name != "at_s")


@pytest.mark.parametrize("kind", FIS)
def test_an_action_says_itself_and_changes_something_at_its_time_and_nothing_after(kind: str) -> None:
    cls = FIS[kind]
    assert cls.label and cls.summary.endswith(".") and kind.startswith(("aws:", "AWSFIS-", "fis:"))
    assert said(document(kind, for_s=cls.default_for_s)) == [], "as a click injects it"
    plan = plan_of(kind, for_s=7_200)
    assert plan.faults[0].sentence.endswith("from 0:05 until 2:00:05.") and plan.faults[0].target in plan.faults[0].sentence
    fault = plan.faults[0]
    assert any(differs(plan.live(t), plan.live()) for t in (fault.start_s, *fault.moments_s))
    assert not differs(plan.live(fault.over_s), plan.live())


@pytest.mark.parametrize("kind", FIS)
def test_a_run_with_an_action_loses_no_account_of_any_request(kind: str) -> None:
    requests = simulate(parse(document(kind, for_s=20))).summary["requests"]
    assert requests["started"] > 1_000
    assert requests["started"] == requests["ok"] + sum(requests["failed"].values()) + requests["in_flight"]


@pytest.mark.parametrize("kind", [kind for kind, cls in FIS.items() if cls.kinds and cls.targets[0] in ("node", "instance")])
def test_an_action_is_refused_on_a_kind_it_is_not_about(kind: str) -> None:
    data = tiny("service")
    data["faults"] = [{"kind": kind, "target": "it", "at_s": 5}]
    assert any("cannot happen to 'it'" in message for _, message in said(data))


def test_stopped_instances_are_silent_and_killed_processes_are_refused() -> None:
    assert (plan_of("aws:ec2:stop-instances").live(6).down == BLACK_HOLE).any()
    assert (plan_of("AWSFIS-Run-Kill-Process").live(6).down == REFUSED).any()


def test_a_bucket_goes_on_replicating_for_up_to_an_hour_after_it_was_told_to_stop() -> None:
    plan = plan_of("aws:s3:bucket-pause-replication", for_s=7_200)
    assert [bool(plan.live(t).paused.any()) for t in (6, 3_604, 3_606, 7_204, 7_206)] == [False, False, True, True, False]
    assert not plan_of("aws:s3:bucket-pause-replication", for_s=600).live(300).paused.any(), "it was over before it took effect"


def test_after_a_power_interruption_one_volume_hangs() -> None:
    plan = plan_of("fis:az-power-interruption", for_s=60, recovery_s=90)
    assert [int((plan.live(t).extra_s > 0).sum()) for t in (6, 64, 66, 154, 156)] == [0, 0, 1, 1, 0]
    assert (plan.live(6).down == BLACK_HOLE).any() and plan.live(6).no_launch.any() and not plan.live(66).down.any()


def test_traffic_is_shifted_away_in_minute_five_of_a_power_interruption() -> None:
    plan = plan_of("fis:az-power-interruption", for_s=1_800)
    assert [bool(plan.live(t).shifted.any()) for t in (6, 304, 306, 1_804, 1_806)] == [False, False, True, True, False]
    assert not plan_of("fis:az-power-interruption", for_s=1_800, shift=False).live(400).shifted.any()


def test_packet_loss_is_of_what_is_sent_answers_up_and_requests_down() -> None:
    plan = plan_of("AWSFIS-Run-Network-Packet-Loss", share=0.07)
    live = plan.live(6)
    into = [e for e, edge in enumerate(plan.edges) if plan.nodes[edge.callee].id == "it"]
    out = [e for e, edge in enumerate(plan.edges) if plan.nodes[edge.caller].id == "it"]
    assert live.edge_loss[into] == pytest.approx(np.array([[0, 0.07]] * len(into)))
    assert live.edge_loss[out] == pytest.approx(np.array([[0.07, 0]] * len(out)).reshape(-1, 2))


PAGE = (Path(__file__).parent.parent / "docs" / "faults.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)


def test_the_page_of_faults_says_of_every_action_where_it_is_or_why_it_is_not() -> None:
    rows = {re.sub("`", "", what): here for what, here in TABLE if what not in ("action", "scenario", "---")}
    named = {kind for what, here in rows.items() for kind in (what, *re.findall(r"`(fis:[a-z0-9-]+)`", here))}
    actions = {kind for kind, cls in FAULTS.items() if cls.library == "AWS FIS"} - {"AWSFIS-Run-Network-Packet-Loss"}
    assert actions - named == set()
    for here in rows.values():
        for path in re.findall(r"\]\(\.\./(.+?)\)", here):
            assert (Path(__file__).parent.parent / path).exists()
    linked = {kind for kind in rows if kind in FAULTS}
    assert all("](../engine/faults" in rows[kind] for kind in linked) and len(rows) > 70


def test_a_spot_instance_is_taken_off_the_lists_at_its_notice_and_is_gone_two_minutes_later() -> None:
    plan = plan_of("aws:ec2:send-spot-instance-interruptions", for_s=900, before_s=300, share=0.5)
    when = [(bool(plan.live(t).withdrawn.any()), bool(plan.live(t).down.any())) for t in (6, 184, 186, 304, 306, 906)]
    assert when == [(False, False), (False, False), (True, False), (True, False), (True, True), (False, False)]
    count = sum(plan.nodes[x.node].id == "it" for x in plan.instances)
    assert int((plan.live(306).down == BLACK_HOLE).sum()) == -(-count // 2)


def test_launches_that_fail_by_half_are_tried_again_until_they_succeed() -> None:
    """An instance dies for good; its group of two asks for another again and again, and gets it sooner or later, or never."""
    rules = {"min": 2, "max": 4, "launch_s": 5, "check_s": 10}
    data = tiny("ec2_asg", instances=2, azs=["us-east-1a"], autoscaling=rules) | {"duration_s": 400}
    crash = {"kind": "instance_crash", "target": "it[0]", "at_s": 20, "mode": "black_hole"}
    assert said(data | {"faults": [crash]}) == []
    failing = {"kind": "aws:fis:inject-api-internal-error", "target": "it", "at_s": 10, "share": 0.7}
    back = []
    for faults in ([crash], [crash, failing], [crash, failing | {"share": 1}]):
        nodes = simulate(parse(data | {"faults": faults})).nodes.query("node == 'it'").set_index("t_s")
        back.append(int((nodes["instances_in_service"] < 2).sum()))
    assert 0 < back[0] < back[1] < back[2] and nodes["instances_in_service"].loc[399] == 1


def test_readers_of_a_stream_stall_while_their_iterators_expire_and_writers_go_on() -> None:
    data = {
        "faultline": 1, "seed": 5, "duration_s": 120,
        "nodes": [{"id": "users", "kind": "clients", "rate_per_s": 50}, {"id": "s", "kind": "kinesis"}, {"id": "f", "kind": "lambda"}],
        "edges": [{"from": "users", "to": "s"}, {"from": "s", "to": "f"}],
        "faults": [{"kind": "aws:kinesis:stream-expired-iterator-exception", "target": "s", "at_s": 30, "for_s": 40}],
    }  # fmt: skip
    assert said(data) == []
    result = simulate(parse(data))
    stream = result.nodes.query("node == 's'").set_index("t_s")
    assert stream["oldest_s"].loc[68] > 35 and stream["oldest_s"].loc[110] < 5 and result.summary["availability"] == 1
    assert stream["delivered_per_s"].loc[32:68].sum() == 0


def test_steps_of_stress_rise_every_five_minutes() -> None:
    plan = plan_of("fis:ec2-stress-cpu", factor=4, for_s=900)
    assert [float(plan.live(t).slow.max()) for t in (6, 304, 306, 606, 904, 906)] == pytest.approx([2, 2, 3, 4, 4, 1])
    plan = plan_of("fis:eks-stress-pod-delete", share=0.75, for_s=900)
    gone = [int((plan.live(t).down == REFUSED).sum()) for t in (6, 306, 606, 906)]
    assert gone == [*sorted(gone[:3]), 0] and gone[0] >= 1


def test_the_steps_of_a_scenario_of_latency_share_its_fifteen_minutes() -> None:
    for kind, steps in (("increasing", 5), ("intermittent", 3), ("sustained", 1)):
        fault = FAULTS[f"fis:ebs-{kind}-latency"](target="web", at_s=60, for_s=900)
        assert fault.moments_s() == tuple(60 + k * 900 / steps for k in range(1, steps))


def test_one_io_in_a_thousand_of_an_intermittent_volume_takes_half_a_minute() -> None:
    plan = plan_of("fis:ebs-intermittent-latency", for_s=900)
    assert [(round(float(plan.live(t).spike_share.max()), 9), float(plan.live(t).spike_s.max())) for t in (6, 306, 606, 906)] == [
        (0.001, 30.0), (0.001, 10.0), (0.001, 20.0), (0.0, 0.0)]  # fmt: skip


def test_a_share_of_the_work_is_held_up_and_the_rest_is_not() -> None:
    """Half of the reads and all writes, as many of each: three quarters of the requests take half a second longer."""
    data = document("fis:ebs-sustained-latency", at_s=0, for_s=60) | {"nodes": tiny("ec2_asg", service={"constant": 0.01})["nodes"]}
    edges = simulate(parse(data)).traces
    took = (edges["finished_s"] - edges["started_s"])[edges["node"] == "it"].dropna()
    assert (took > 0.5).mean() == pytest.approx(0.75, abs=0.1) and set(took.round(3)) == {0.01, 0.51}


def test_a_call_to_launch_that_fails_is_not_told_as_want_of_capacity() -> None:
    rules = {"min": 2, "max": 4, "launch_s": 5, "check_s": 10}
    data = tiny("ec2_asg", instances=2, azs=["us-east-1a"], autoscaling=rules) | {"duration_s": 150}
    crash = {"kind": "instance_crash", "target": "it[0]", "at_s": 20, "mode": "black_hole"}
    failing = {"kind": "aws:fis:inject-api-throttle-error", "target": "it", "at_s": 10}
    lines = simulate(parse(data | {"faults": [crash, failing]})).events["text"]
    assert lines.str.contains("the call to launch in us-east-1a has failed").any() and not lines.str.contains("no capacity").any()
