"""Shapes of traffic, users, service times and disciplines in the document, and what exactly they become."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine.behaviours import Distribution, Source, Station
from engine.components import COMPONENTS
from engine.document import ScenarioError, load, loads, parse
from engine.geography import DEFAULT_REGION, Geography
from engine.kernel.layout import DIST_BINS, TICKS_PER_S
from engine.quantiles import table
from tests.documents import said, shop, with_fault, with_node

PLAIN = Geography([DEFAULT_REGION])


def source(**fields: Any) -> Source:
    node = COMPONENTS["clients"].model_validate({"id": "x", "kind": "clients", **fields})
    assert list(node.check(PLAIN)) == []
    behaviour = node.lower(PLAIN)
    assert isinstance(behaviour, Source)
    return behaviour


def rate_at(s: Source, t: float) -> float:
    return [rate for start, rate in s.segments if start <= t][-1]


def expected(s: Source, until: float) -> float:
    ends = [start for start, _ in s.segments[1:]] + [math.inf]
    return sum(rate * (min(end, until) - start) for (start, rate), end in zip(s.segments, ends, strict=True) if start < until)


def test_a_ramp_is_a_straight_line_to_a_thousandth_and_then_stays():
    s = source(rate_per_s={"ramp": [100, 400], "over_s": 60})
    assert max(abs(rate_at(s, t) - (100 + 5 * t)) for t in np.arange(0, 60, 0.1)) <= 300 / 2000 + 1e-9
    assert (rate_at(s, 60), rate_at(s, 5000)) == (400, 400)
    assert expected(s, 60) == pytest.approx(250 * 60, rel=1e-12)


def test_a_wave_has_its_mean_its_swing_and_comes_again():
    s = source(rate_per_s={"sine": 400, "amplitude": 200, "period_s": 300})
    wave = [400 + 200 * math.sin(2 * math.pi * t / 300) for t in range(300)]
    assert max(abs(rate_at(s, t) - wave[t]) for t in range(300)) <= 0.033 * 200
    assert s.repeat_s == 300 and expected(s, 300) == pytest.approx(400 * 300)
    assert expected(s, 150) == pytest.approx(400 * 150 + 200 * 300 / math.pi)


def test_a_wave_cannot_fall_below_nothing():
    assert said(with_node("users", rate_per_s={"sine": 10, "amplitude": 20, "period_s": 60})) == [
        ("nodes.users.rate_per_s.amplitude", "must be at most the mean rate, 10, not 20: a rate cannot fall below 0")
    ]


def test_a_trace_may_be_written_out_or_come_from_a_file_beside_the_document(tmp_path):
    (tmp_path / "rates.csv").write_text("t_s,rate_per_s\n0,10\n30.5,40\n")
    (tmp_path / "doc.yaml").write_text(
        "faultline: 1\nnodes:\n- {id: u, kind: clients, rate_per_s: {trace: rates.csv}}\n- {id: w, kind: service}\n"
        "edges: [{from: u, to: w}]\n"
    )
    scenario = load(tmp_path / "doc.yaml")
    written = {"trace": [[0, 10], [30.5, 40]]}
    assert scenario.to_dict()["nodes"][0]["rate_per_s"] == written, "read once, the document is whole wherever it goes"
    lowered = scenario.node("u").lower(scenario.geography)
    assert isinstance(lowered, Source)
    assert lowered.segments == source(rate_per_s=written).segments == ((0.0, 10.0), (30.5, 40.0))


def test_measured_service_times_come_from_a_file_too(tmp_path):
    (tmp_path / "times.csv").write_text("0.3\n0.1\n0.2\n")
    (tmp_path / "doc.yaml").write_text("faultline: 1\nnodes:\n- {id: w, kind: service, service: {empirical: times.csv}}\n")
    assert load(tmp_path / "doc.yaml").to_dict()["nodes"][0]["service"] == {"empirical": [0.1, 0.2, 0.3]}


@pytest.mark.parametrize(
    ("name", "part"),
    [("../secret.csv", "is no file beside the document"), ("/etc/passwd", "is no file beside"), ("none.csv", "there is no readable file"),
     ("words.csv", "line 2: needs two numbers, not 'a,b'"), ("link.csv", "lies outside the document's folder")],
)  # fmt: skip
def test_only_sound_files_beside_the_document_are_read(tmp_path, name, part):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("0,1\n")
    (folder / "words.csv").write_text("0,1\na,b\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "doc.yaml").write_text(f"faultline: 1\nnodes: [{{id: u, kind: clients, rate_per_s: {{trace: {name}}}}}]\n")
    with pytest.raises(ScenarioError, match=r"nodes\.u\.rate_per_s\.trace") as problem:
        load(folder / "doc.yaml")
    assert part in str(problem.value)


def test_a_document_that_is_only_text_names_no_files():
    with pytest.raises(ScenarioError, match="only a document that is read from a folder can name files"):
        loads("faultline: 1\nnodes: [{id: u, kind: clients, rate_per_s: {trace: rates.csv}}]\n")


def test_users_who_think_may_be_written_in_three_places():
    wanted = source(rate_per_s={"users": 200, "think_s": 2})
    assert (wanted.users, wanted.think_s) == (200, 2)
    assert source(users=200, think_s=2) == source(arrivals={"users": 200, "think_s": 2}) == wanted


def test_users_have_no_other_arrivals_and_no_rate_to_surge():
    assert said(with_node("users", users=5, arrivals="even"))[0][0] == "nodes.users.arrivals"
    data = with_fault(kind="surge", target="users", factor=2)
    data["nodes"][0] = {"id": "users", "kind": "clients", "users": 5}
    assert "closed loop" in said(data)[0][1]


def test_a_surge_happens_to_clients_only():
    assert said(with_fault(kind="surge", target="users")) == []
    assert "cannot happen to 'web'" in said(with_fault(kind="surge", target="web"))[0][1]


@pytest.mark.parametrize(
    ("fields", "mean_s", "cv2"),
    [({"erlang": 0.02, "k": 4}, 0.02, 0.25), ({"erlang": 0.02, "k": 100}, 0.02, 0.01),
     ({"lognormal": 0.01, "sigma": 1}, 0.01 * math.e**0.5, None),
     ({"empirical": [0.01, 0.02, 0.03]}, 0.02, 1 / 12)],
)  # fmt: skip
def test_a_table_of_quantiles_has_the_mean_and_the_spread_of_its_distribution(fields, mean_s, cv2):
    service: Any = COMPONENTS["service"].model_validate({"id": "x", "service": fields})
    d = service.service.lower()
    assert d.mean_s == pytest.approx(mean_s)
    levels = table(d).reshape(3, DIST_BINS + 1) / TICKS_PER_S
    # level l's last bin is level l + 1; within a bin values are uniform between its two ends
    rows = [levels[0][:-1], levels[1][:-1], levels[2]]
    parts = [(row[:-1], row[1:], DIST_BINS ** -(k + 1)) for k, row in enumerate(rows)]
    mean = sum(w * (a + b).sum() / 2 for a, b, w in parts)
    square = sum(w * (a * a + a * b + b * b).sum() / 3 for a, b, w in parts)
    assert mean == pytest.approx(mean_s, rel=1e-3)
    if cv2 is not None:
        assert square / mean**2 - 1 == pytest.approx(cv2, rel=5e-3)


def test_erlang_of_one_step_is_exponential():
    one = table(Distribution("erlang", 0.02, shape=1.0))[8:DIST_BINS:8] / TICKS_PER_S
    assert one == pytest.approx([-0.02 * math.log(1 - k / DIST_BINS) for k in range(8, DIST_BINS, 8)], rel=1e-9)


def test_a_service_says_its_discipline_its_shedding_and_how_it_calls():
    station = parse(with_node("web", discipline="lifo", shed_above=0.8, calls="parallel")).node("web").lower(PLAIN)
    assert isinstance(station, Station)
    assert (station.lifo, station.shed_above, station.parallel) == (True, 0.8, True)


def test_a_limiter_needs_something_to_protect():
    data = shop(nodes=[*shop()["nodes"], {"id": "gate", "kind": "limiter"}])
    assert said(data) == [("nodes.gate", "protects nothing; add an edge from it to what it stands in front of")]
    assert said({**data, "edges": [*data["edges"], {"from": "gate", "to": "front"}]}) == []
