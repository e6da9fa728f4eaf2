"""Documents that advice is given on, made from one that is above reproach, and what to ask of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.advice import Finding, advise
from engine.document import Scenario, parse
from engine.document.scenario import Change, Variant
from engine.document.variants import changed
from tests.documents import shop

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
TWO_AZS = ["us-east-1a", "us-east-1b"]
TWO_REGIONS = [{"id": "us-east-1", "azs": TWO_AZS}, {"id": "eu-west-1", "azs": ["eu-west-1a", "eu-west-1b"]}]


def quiet(**sections: Any) -> dict[str, Any]:
    """A shop that no rule has a word about: 100 requests/s, two AZs, room to spare, timeouts that nest."""
    data = shop(**sections)
    if "nodes" not in sections:
        data["nodes"][2] = {"id": "web", "kind": "service", "instances": 4, "concurrency": 4, "azs": TWO_AZS}
    if "edges" not in sections:
        data["edges"] = [
            {"from": "users", "to": "front", "timeout_s": 2},
            {"from": "front", "to": "web"},
            {"from": "web", "to": "orders", "timeout_s": 1},
        ]
    return data


def changing(section: str, id: str, **fields: Any) -> dict[str, Any]:
    """The quiet shop with fields of one node or edge changed."""
    data = quiet()
    name = (lambda e: e["id"]) if section == "nodes" else (lambda e: f"{e['from']}->{e['to']}")
    next(item for item in data[section] if name(item) == id).update(fields)
    return data


def adding(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **sections: Any) -> dict[str, Any]:
    """The quiet shop with more in it."""
    data = quiet()
    return {**data, "nodes": data["nodes"] + nodes, "edges": data["edges"] + edges, **sections}


def jobs(queue: dict[str, Any] | None = None, edge: dict[str, Any] | None = None, **workers: Any) -> dict[str, Any]:
    """The quiet shop with a queue that is above reproach, as far as it is not told otherwise."""
    queue = {"dead_letter": "lost", "max_receives": 5, "retention_s": 3_600, **(queue or {})}
    edge = {"timeout_s": 1, "idempotent": True, **(edge or {})}
    nodes = [
        {"id": "jobs", "kind": "queue", **{k: v for k, v in queue.items() if v is not None}},
        {"id": "lost", "kind": "queue"},
        {"id": "workers", "kind": "service", "instances": 4, "azs": TWO_AZS, **workers},
    ]
    ends: list[dict[str, Any]] = [
        {"from": "web", "to": "jobs", "timeout_s": 1}, {"from": "jobs", "to": "workers"}, {"from": "workers", "to": "orders", **edge},
    ]  # fmt: skip
    return adding(nodes, ends)


def two_regions(**resolver: Any) -> dict[str, Any]:
    """Clients who ask a resolver for one of two Regions that each serve by themselves."""
    nodes: list[dict[str, Any]] = [{"id": "users", "kind": "clients"}, {"id": "dns", "kind": "resolver", **resolver}]
    edges: list[dict[str, Any]] = [{"from": "users", "to": "dns", "timeout_s": 2}]
    for region in TWO_REGIONS:
        at = str(region["id"])
        nodes += [{"id": f"front-{at}", "kind": "alb", "region": at},
                  {"id": f"web-{at}", "kind": "service", "instances": 4, "azs": region["azs"]}]  # fmt: skip
        edges += [{"from": "dns", "to": f"front-{at}"}, {"from": f"front-{at}", "to": f"web-{at}"}]
    return {"faultline": 1, "regions": TWO_REGIONS, "nodes": nodes, "edges": edges}


def crossed() -> dict[str, Any]:
    """Two pairs of a service and its store, each service in another AZ than its store: either AZ takes both pairs down."""
    store = {"kind": "store", "service": {"constant": 0.001}}
    nodes: list[dict[str, Any]] = [
        {"id": "users", "kind": "clients"}, {"id": "front", "kind": "alb"},
        {"id": "left", "kind": "service", "azs": ["us-east-1a"]}, {"id": "right", "kind": "service", "azs": ["us-east-1b"]},
        {"id": "left-data", "azs": ["us-east-1b"], **store}, {"id": "right-data", "azs": ["us-east-1a"], **store},
    ]  # fmt: skip
    ends = [("users", "front", 2), ("front", "left", None), ("front", "right", None), ("left", "left-data", 1), ("right", "right-data", 1)]
    edges = [{"from": a, "to": b} | ({"timeout_s": t} if t else {}) for a, b, t in ends]
    return shop(nodes=nodes, edges=edges)


def replicated(**store: Any) -> dict[str, Any]:
    """A store in one AZ that a replica in the other follows, and a promise to lose nothing."""
    data = changing("nodes", "web")
    data["nodes"][3] = {"id": "orders", "kind": "store", "azs": ["us-east-1a"], "replica_azs": ["us-east-1b"], **store}
    return {**data, "objectives": {"rpo_s": 0}}


def zonal(instances: int) -> dict[str, Any]:
    """So many targets in two AZs behind a balancer whose nodes keep to their own AZ."""
    data = changing("nodes", "web", instances=instances)
    data["nodes"][1] = {"id": "front", "kind": "nlb", "azs": TWO_AZS}
    return data


def retrying(attempts: int, inner: int) -> dict[str, Any]:
    """Clients and servers who both retry, with all the manners there are."""
    manners = {"backoff": {"exponential": 0.01, "cap_s": 0.05, "jitter": "full"}, "retry_budget": 0.1}
    data = changing("edges", "web->orders", attempts=inner, **manners, timeout_s=0.1)
    data["edges"][0].update(attempts=attempts, **manners)
    return data


def cached(**near: Any) -> dict[str, Any]:
    """The quiet shop, whose servers ask a cache before the database."""
    near = {"id": "near", "kind": "cache", "instances": 2, "azs": TWO_AZS, "ttl_s": 60, **near}
    data = adding([{k: v for k, v in near.items() if v is not None}], [{"from": "web", "to": "near", "timeout_s": 0.5}])
    data["edges"][2]["cache"] = "near"
    return data


def remembering(stickiness_s: float = 3_600, **web: Any) -> dict[str, Any]:
    """The quiet shop, to which 600 users come back."""
    data = changing("nodes", "web", **{"session_state": "instance", **web})
    data["nodes"][0]["sessions"] = {"count": 600}
    data["nodes"][1]["stickiness_s"] = stickiness_s
    return data


def found(data: dict[str, Any] | Scenario, rule: str) -> list[Finding]:
    scenario = data if isinstance(data, Scenario) else parse(data)
    return [f for f in advise(scenario) if f.rule == rule]


def after(data: dict[str, Any], change: dict[str, Any]) -> Scenario:
    """The document with a finding's change applied, which must be one."""
    scenario = parse(data)
    return parse(changed(scenario.to_dict(), Variant(id="mended", change=Change(**change))))
