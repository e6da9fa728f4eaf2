"""What the parts of a document must mean together: names that exist, places that exist, calls that can be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import networkx as nx

from engine.components.base import Component
from engine.components.connections import edge_kind
from engine.document.draft import Draft
from engine.document.edges import Edge
from engine.document.expected import check_expectations
from engine.document.limits import MOST_INSTANCES, MOST_PLACES_OF_SESSIONS, too_long
from engine.document.messages import shown_id
from engine.document.problem import Problem
from engine.document.scenario import Scenario
from engine.fields import close_to, listed
from engine.geography import OUTSIDE

Found = Iterator[Problem]
PLACING = {"region", "azs", "primary_az", "standby_az", "multi_az"}  # fields of which nothing can be said while Regions are wrong


def check(draft: Draft) -> Found:
    """All problems between the sound parts of a document."""
    if not isinstance(draft.data.get("nodes"), list):
        return  # without nodes every other name would be wrong too
    yield from check_ids(draft)
    yield from check_edges(draft)
    yield from check_caches(draft)
    yield from check_subscriptions(draft)
    yield from check_calls(draft)
    yield from check_nodes(draft)
    yield from check_faults(draft)
    yield from check_times(draft)
    yield from check_expectations(draft)


def _twice(ids: Iterable[str]) -> list[tuple[str, int]]:
    return [(id, count) for id, count in Counter(ids).items() if count > 1]


def check_ids(draft: Draft) -> Found:
    """Every id once, and no node named like a place: a fault's target must be clear."""
    geography = draft.scenario.geography
    for section in ("nodes", "faults", "variants"):
        for id, count in _twice(draft.ids(section)):
            yield Problem(f"{section}.{shown_id(id)}", f"{count} {section} have the id {id!r}; each {section[:-1]} needs its own")
    for id, count in _twice(draft.edge_ids()):
        yield Problem(f"edges.{shown_id(id)}", f"there are {count} edges {id}; keep one")
    for id, count in _twice(geography.places()):
        yield Problem(f"regions.{id}", f"{count} Regions or AZs are named {id!r}; each needs its own name")
    if OUTSIDE in geography.places():
        yield Problem(f"regions.{OUTSIDE}", f"{OUTSIDE!r} means where clients are; give the Region or AZ another name")
    for id in sorted(draft.nodes.keys() & {*geography.places()}) if draft.places_known else ():
        yield Problem(f"nodes.{id}", f"{id!r} is also the name of a Region or AZ; a fault on it would be unclear, rename the node")


def check_nodes(draft: Draft) -> Found:
    """Each node's own checks, and how many instances there are in all."""
    for id, problems in draft.misplaced.items():
        yield from (Problem(f"nodes.{id}.{field}", message) for field, message in problems if draft.places_known or field not in PLACING)
    yield from _check_named(draft)
    yield from _check_reservations(draft)
    yield from _check_sessions(draft)
    instances = sum(len(places) for places in draft.topology.sits.values())
    if instances > MOST_INSTANCES:
        yield Problem("nodes", f"there are {instances:,} instances in all; at most {MOST_INSTANCES:,} fit")


def _check_sessions(draft: Draft) -> Found:
    """Where each session was, and where it lives, fits into memory."""
    nodes = draft.scenario.nodes
    most_of = max(nodes, key=lambda node: node.session_count(), default=None)
    keepers = sum(getattr(node, "session_state", "outside") == "instance" for node in nodes)
    sticky = sum(getattr(node, "remembers_s", 0.0) > 0 for node in nodes)
    total, places = sum(node.session_count() for node in nodes), max(keepers, sticky)
    if most_of and total * places > MOST_PLACES_OF_SESSIONS:
        most, field = MOST_PLACES_OF_SESSIONS // places, "sessions" if getattr(most_of, "sessions", None) else "rate_per_s"
        where = f"{places} services or balancers tell them apart"
        yield Problem(f"nodes.{most_of.id}.{field}", f"there are {total:,} sessions in all and {where}: at most {most:,} fit")


def _check_reservations(draft: Draft) -> Found:
    """What functions reserve must leave something of their Region's account for the others."""
    geography = draft.scenario.geography
    for index, region in enumerate(geography.regions if draft.places_known else ()):
        pools = [pool for node in draft.scenario.nodes if (pool := node.environments(geography)) and pool[0] == region.id]
        reserved = sum(held for _, _, held in pools)
        if reserved > region.account_concurrency or (reserved == region.account_concurrency and not all(held for _, _, held in pools)):
            message = f"the functions of {region.id} reserve {reserved:,} environments; give the account more, or reserve less"
            yield Problem(f"regions[{index}].account_concurrency", message)


def check_edges(draft: Draft) -> Found:
    """Ends that exist and may be connected."""
    nodes = draft.classes
    ends = {node.id: node for node in draft.scenario.nodes}
    for edge in draft.scenario.edges:
        path = f"edges.{edge.id}"
        for key, end in (("from", edge.caller), ("to", edge.callee)):
            if end not in draft.nodes:
                yield Problem(f"{path}.{key}", f"there is no node {end!r}{close_to(end, draft.nodes)}; the nodes are {listed(draft.nodes)}")
        if edge.caller == edge.callee:
            yield Problem(path, f"{edge.caller!r} calls itself; an edge goes from one node to another")
        elif edge.caller in nodes and edge.callee in nodes:
            reason = draft.refused(edge.caller, edge.callee)
            if reason:
                yield Problem(path, f"{edge.caller!r} cannot call {edge.callee!r}: {reason}")
            else:
                yield from (Problem(f"{path}.{field}", message) for field, message in _check_kind(draft, edge))
        yield from (Problem(f"{path}.{field}", message) for field, message in edge.check())
        if edge.caller in ends and edge.callee in ends:
            found = edge.check_between(ends[edge.caller], ends[edge.callee])
            yield from (Problem(f"{path}.{field}", message) for field, message in found)
        if edge.caller in ends:
            yield from (Problem(f"{path}.{field}", message) for field, message in _check_record(ends[edge.caller], edge))


def _check_record(caller: Component, edge: Edge) -> Iterator[tuple[str, str]]:
    """Nobody calls over an edge from a resolver, only such edges have locations, and only those and a weighted balancer's a weight."""
    records = {"weight", "locations"}
    if caller.behaviour == "resolver":
        for field in sorted(edge.model_fields_set - {"caller", "callee", "kind"} - records):
            yield field, f"nobody calls over an edge from a resolver; set {field} on the edges into {edge.caller!r}"
        return
    if getattr(caller, "algorithm", None) == "weighted":
        records = {"locations"}
    for field in sorted(edge.model_fields_set & records):
        others = " or from a balancer whose algorithm is weighted" if field == "weight" else ""
        yield field, f"matters only on an edge from a resolver{others}; remove it"


def check_caches(draft: Draft) -> Found:
    """Caches that are asked first are caches, are called by who asks them, and do not fetch by themselves; no cache is asked in vain."""
    behaviour = {node.id: node.behaviour for node in draft.scenario.nodes}
    fetching = {edge.caller for edge in draft.scenario.edges}
    alone = {node.id for node in draft.scenario.nodes if node.stands_alone()}
    asked = {(edge.caller, edge.cache) for edge in draft.scenario.edges if edge.cache}
    for edge in draft.scenario.edges:
        path, cache = f"edges.{edge.id}", edge.cache
        if cache is not None:
            caches = [id for id, what in behaviour.items() if what == "cache" and id not in fetching and id not in alone]
            caller = draft.classes.get(edge.caller)
            if cache not in draft.nodes:
                yield Problem(f"{path}.cache", f"there is no node {cache!r}{close_to(cache, caches)}; the caches are {listed(caches)}")
            elif cache in behaviour and (behaviour[cache] != "cache" or cache == edge.callee):
                yield Problem(f"{path}.cache", f"{cache!r} is no cache in front of {edge.callee!r}; the caches are {listed(caches)}")
            elif cache in alone:
                yield Problem(f"{path}.cache", f"{cache!r} is used as a store, with nothing behind it; make it used_as: cache, or call it")
            elif cache in fetching:
                yield Problem(f"{path}.cache", f"{cache!r} fetches what it misses by itself; call it instead, or remove its own edges")
            elif f"{edge.caller}->{cache}" not in draft.edges:
                yield Problem(f"{path}.cache", f"{edge.caller!r} does not call {cache!r}; add an edge from it to the cache")
            elif caller is not None and caller.behaviour != "station":
                yield Problem(f"{path}.cache", f"only services ask a cache first, and {edge.caller!r} is a {caller.label.lower()}")
        elif behaviour.get(edge.callee) == "cache" and edge.callee not in fetching | alone and (edge.caller, edge.callee) not in asked:
            fix = f"name it as the `cache` of an edge of {edge.caller!r}, or give it an edge of its own to fetch from"
            yield Problem(path, f"nothing is looked up in {edge.callee!r} over this edge; {fix}")
    yield from _check_origins(draft)
    for node in draft.scenario.nodes:
        if node.behaviour == "cache" and node.id not in fetching:
            for field in node.needs_edges():
                fix = f"give {node.id!r} an edge to what it fetches from, or remove {field}"
                yield Problem(f"nodes.{node.id}.{field}", f"only a cache that fetches by itself has this; {fix}")
        for field in node.refuses_edges() if node.id in fetching else ():
            yield Problem(f"nodes.{node.id}.{field}", f"only a cache that makes no calls has this; remove its own edges, or {field}")
        if getattr(node, "calls", "in_order") != "in_order" and any(caller == node.id for caller, _ in asked):
            yield Problem(f"nodes.{node.id}.calls", "a service that asks a cache first makes its calls one after the other; use in_order")


def _check_origins(draft: Draft) -> Found:
    """Of two origins one is the second."""
    for node in draft.scenario.nodes:
        if group := node.origins():
            called = [edge.callee for edge in draft.scenario.edges if edge.caller == node.id]
            if group[1] not in called or len(called) != 2:
                has = f"calls {listed(called)}" if called else "calls nothing"
                what = f"names one of two nodes that {node.id!r} calls, the one asked when the other has failed; it {has}"
                yield Problem(f"nodes.{node.id}.{group[0]}", what)


def check_subscriptions(draft: Draft) -> Found:
    """What topics send where: classes that exist, dead-letter queues that are queues, no message that goes round for ever."""
    topics = {id for id, cls in draft.classes.items() if cls.behaviour == "topic"}
    queues = [id for id, cls in draft.classes.items() if cls.behaviour == "queue"]
    classes = list(dict.fromkeys(c.name for node in draft.scenario.nodes for c in getattr(node, "classes", None) or ()))
    for edge in draft.scenario.edges:
        if edge.caller in topics:
            for name in edge.filter or ():
                if name not in classes:
                    message = f"no clients send {name!r}{close_to(name, classes)}; there are {listed(classes)}"
                    yield Problem(f"edges.{edge.id}.filter", message)
            if edge.dead_letter is not None and edge.dead_letter not in queues:
                message = f"{edge.dead_letter!r} is no queue{close_to(edge.dead_letter, queues)}; it could be {listed(queues)}"
                yield Problem(f"edges.{edge.id}.dead_letter", message)
    streams = {node.id for node in draft.scenario.nodes if node.readers_at_once()}
    letters = [(f"edges.{edge.id}", edge.dead_letter) for edge in draft.scenario.edges]
    letters += [(f"nodes.{node.id}", getattr(node, "dead_letter", None)) for node in draft.scenario.nodes]
    for path, id in letters:
        if id in streams:
            yield Problem(f"{path}.dead_letter", f"{id!r} is a stream; dead letters go to a queue without shards")
    between = draft.topology.calls.subgraph(topics & set(draft.topology.calls))
    for circle in sorted(min(c[k:] + c[:k] for k in range(len(c))) for c in nx.simple_cycles(between)):
        way = " → ".join([*circle, circle[0]])
        yield Problem(f"edges.{circle[-1]}->{circle[0]}", f"topics pass messages round in a circle: {way}; remove one of these edges")


def _check_kind(draft: Draft, edge: Edge) -> Iterator[tuple[str, str]]:
    """The kind its ends imply; no call policy where nobody calls."""
    implied = edge_kind(draft.classes[edge.caller], draft.classes[edge.callee])
    if edge.kind not in (None, implied):
        yield "kind", f"must be {implied}, which its two ends imply, not {edge.kind!r}; or leave it out"
    if implied == "consume":
        for field in sorted(edge.model_fields_set - {"caller", "callee", "kind", "max_concurrency"}):
            why = f"{edge.caller!r} hands a message out again after its visibility_timeout_s"
            yield field, f"a consume edge has no {field}: {why}; remove it"


def _check_named(draft: Draft) -> Found:
    """Nodes that other nodes name exist, are others, and are of the right sort."""
    for node in draft.scenario.nodes:
        for field, id, behaviour in node.names():
            fitting = [other for other, cls in draft.classes.items() if cls.behaviour == behaviour and other != node.id]
            if (id in draft.nodes and id not in draft.classes) or id in fitting:
                continue
            unfit = "names itself" if id == node.id else f"{id!r} is no {behaviour}"
            problem = unfit if id in draft.classes else f"there is no node {id!r}"
            yield Problem(f"nodes.{node.id}.{field}", f"{problem}{close_to(id, fitting)}; it could be {listed(fitting)}")


def check_calls(draft: Draft) -> Found:
    """Nobody waits for himself, and nobody who only passes requests on has nobody to pass them to."""
    for cycle in draft.topology.sync_cycles():
        if any(draft.refused(a, b) for a, b in pairwise([*cycle, cycle[0]])):
            continue  # said already, and removing that edge opens the circle
        way = " → ".join([*cycle, cycle[0]])
        yield Problem(f"edges.{cycle[-1]}->{cycle[0]}", f"the calls run in a circle: {way}; a request would never end, remove one of them")
    calling = {id.split("->")[0] for id in draft.edges}
    for node in draft.scenario.nodes:
        if node.id not in calling and node.behaviour == "balancer":
            yield Problem(f"nodes.{node.id}", "has no targets; add an edge from it to a service")
        elif node.id not in calling and node.behaviour == "resolver":
            yield Problem(f"nodes.{node.id}", "names nothing; add an edge from it to each target")
        elif node.id not in calling and node.behaviour == "limiter":
            yield Problem(f"nodes.{node.id}", "protects nothing; add an edge from it to what it stands in front of")
        elif node.id not in calling and node.behaviour == "source":
            yield Problem(f"nodes.{node.id}", "calls nothing; add an edge from it to what it uses")


def check_faults(draft: Draft) -> Found:
    """Targets that exist and that this can happen to."""
    for index, fault in enumerate(draft.scenario.faults):
        path = f"faults.{fault.id}" if fault.id else f"faults[{draft.position('faults', index)}]"
        if not _names_unsound(fault.target, draft) and (draft.places_known or _names_no_place(fault.target)):
            yield from (Problem(f"{path}.{field}", message) for field, message in fault.check(draft.topology))


def _names_unsound(target: str | None, draft: Draft) -> bool:
    """Whether the target names something that is in the document but has its own problems, reported already."""
    names = {target, target.split("[")[0], *target.split("->")} if target else set()
    return not names.isdisjoint(draft.unsound)


def _names_no_place(target: str | None) -> bool:
    """Whether the target is surely no Region or AZ: an edge or an instance."""
    return target is not None and ("->" in target or "[" in target)


def check_times(draft: Draft) -> Found:
    """Lengths that leave something to measure and fit into memory; a network whose table makes sense."""
    scenario = draft.scenario
    if scenario.warmup_s >= scenario.duration_s:
        yield Problem("warmup_s", f"must be shorter than the run, {scenario.duration_s:g} s, not {scenario.warmup_s:g} s")
    if draft.places_known:
        yield from (Problem(f"network.{path}", message) for path, message in scenario.network.check(scenario.geography.azs_of))
    message = size_problem(scenario, scenario.duration_s)
    if message:
        yield Problem("duration_s", message)


def size_problem(scenario: Scenario, duration_s: float) -> str | None:
    """Why a run of this length would not fit into memory; None when it does."""
    counts = {node.id: node.most_instances() for node in scenario.nodes}
    balancers = {node.id for node in scenario.nodes if node.behaviour == "balancer"}
    sources, queues = (sum(node.behaviour in some for node in scenario.nodes) for some in (("source",), ("queue", "topic")))
    targets = sum(counts.get(edge.callee, 0) for edge in scenario.edges if edge.caller in balancers)
    return too_long(duration_s, len(scenario.nodes), sources, len(scenario.edges), sum(counts.values()), targets, queues)
