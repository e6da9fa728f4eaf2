"""A small sound document for tests to break in one place at a time."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from typing import Any

from engine.components import COMPONENTS
from engine.components.connections import why_not
from engine.document import problems

AZS = ("us-east-1a", "us-east-1b", "us-east-1c")
PASSING = ("source", "balancer", "limiter", "cache", "resolver", "queue", "topic")  # behaviours of nodes that call on

SHOP: dict[str, Any] = {
    "faultline": 1,
    "regions": [{"id": "us-east-1", "azs": ["us-east-1a", "us-east-1b"]}],
    "nodes": [
        {"id": "users", "kind": "clients"},
        {"id": "front", "kind": "alb"},
        {"id": "web", "kind": "service", "instances": 3},
        {"id": "orders", "kind": "rds", "multi_az": True},
    ],
    "edges": [{"from": "users", "to": "front"}, {"from": "front", "to": "web"}, {"from": "web", "to": "orders"}],
}


def shop(**sections: Any) -> dict[str, Any]:
    """The shop with whole sections replaced."""
    return {**copy.deepcopy(SHOP), **sections}


def with_node(id: str, /, **fields: Any) -> dict[str, Any]:
    """The shop with fields of one node changed."""
    data = shop()
    next(node for node in data["nodes"] if node["id"] == id).update(fields)
    return data


def with_edge(id: str, /, **fields: Any) -> dict[str, Any]:
    """The shop with fields of one edge changed."""
    data = shop()
    next(edge for edge in data["edges"] if f"{edge['from']}->{edge['to']}" == id).update(fields)
    return data


def with_fault(**fields: Any) -> dict[str, Any]:
    """The shop with one fault."""
    return shop(faults=[{"at_s": 10, **fields}])


def with_queue(**sections: Any) -> dict[str, Any]:
    """The shop with a queue `jobs` that web publishes to and `workers` consume, sections replaced."""
    data = shop(**sections)
    data["nodes"] += [{"id": "jobs", "kind": "queue"}, {"id": "workers", "kind": "service"}]
    data["edges"] += [{"from": "web", "to": "jobs"}, {"from": "jobs", "to": "workers"}]
    return data


def with_topic(**sections: Any) -> dict[str, Any]:
    """The shop with a queue and a topic `news` that web publishes to and `jobs` and `workers` subscribe, sections replaced."""
    data = with_queue(**sections)
    data["nodes"].append({"id": "news", "kind": "topic", "archive_s": 60})
    data["edges"] += [{"from": "web", "to": "news"}, {"from": "news", "to": "jobs"}, {"from": "news", "to": "workers"}]
    return data


def node_for(behaviours: Sequence[str]) -> str:
    """A node of the shop with a queue, a topic, names and a cache, with one of these behaviours; web when there is a choice."""
    of = {"station": "web", "store": "orders", "balancer": "front", "source": "users", "cache": "near", "queue": "jobs"}
    of |= {"resolver": "dns", "topic": "news"}
    return next((of[b] for b in of if b in behaviours), "web")


def with_cache(data: dict[str, Any]) -> dict[str, Any]:
    """The document with a cache between web and its database."""
    data["nodes"].append({"id": "near", "kind": "cache"})
    data["edges"] += [{"from": "web", "to": "near"}, {"from": "near", "to": "orders"}]
    return data


def with_names(data: dict[str, Any]) -> dict[str, Any]:
    """The document with a resolver that names front to robots."""
    data["nodes"] += [{"id": "robots", "kind": "clients"}, {"id": "dns", "kind": "resolver"}]
    data["edges"] += [{"from": "robots", "to": "dns"}, {"from": "dns", "to": "front"}]
    return data


def tiny(kind: str, **fields: Any) -> dict[str, Any]:
    """The smallest document in which requests come to a node `it` of this kind, and pass through it when that is what it does. Its Region
    has three AZs; what stands in AZs stands in all of them."""
    cls = COMPONENTS[kind]
    before = [] if cls.behaviour == "source" else [{"id": "users", "kind": "clients", "rate_per_s": 40, "keys": {"count": 50}}]
    if before and why_not(COMPONENTS["clients"], cls):
        before.append({"id": "front", "kind": "service", "concurrency": 50, "azs": ["us-east-1b"]})
    calls = cls.behaviour in PASSING or kind in ("nat_gateway", "step_functions")
    after = [{"id": "work", "kind": "service", "instances": 3, "concurrency": 4, "azs": list(AZS)}] if calls else []
    chain = [*before, {"id": "it", "kind": kind, **cls.create, **fields}, *after]
    ids = [node["id"] for node in chain]
    edges = [{"from": a, "to": b, "timeout_s": 2} for a, b in itertools.pairwise(ids)]
    for edge in edges:
        if COMPONENTS[kind].behaviour in ("queue", "resolver") and edge["from"] == "it":
            del edge["timeout_s"]
    regions = [{"id": "us-east-1", "azs": list(AZS)}]
    return {"faultline": 1, "title": kind, "seed": 3, "duration_s": 60, "regions": regions, "nodes": chain, "edges": edges}


def said(data: Any) -> list[tuple[str, str]]:
    """(path, message) of everything wrong with a document."""
    return [(p.path, p.message) for p in problems(data)]


def one(data: Any, path: str, *parts: str) -> None:
    """The document has exactly this problem, and its sentence contains these parts."""
    found = said(data)
    assert [p for p, _ in found] == [path], found
    for part in parts:
        assert part in found[0][1], found[0][1]
