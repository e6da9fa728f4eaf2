"""Who may call whom, decided by what nodes do, so that a new kind of node obeys the rules by itself."""

from __future__ import annotations

from engine.components.base import Component

REFUSED: dict[tuple[str, str], str] = {
    ("source", "source"): "clients only send requests, nothing calls them",
    ("balancer", "source"): "clients only send requests, nothing calls them",
    ("station", "source"): "clients only send requests, nothing calls them",
    ("store", "source"): "clients only send requests, nothing calls them",
    ("limiter", "source"): "clients only send requests, nothing calls them",
    ("function", "source"): "clients only send requests, nothing calls them",
    ("store", "function"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("store", "limiter"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("cache", "source"): "clients only send requests, nothing calls them",
    ("cache", "balancer"): "a cache fetches a key from the service or store that has it; draw the edge there",
    ("balancer", "cache"): "a cache keeps each key on the instance it hashes to, so its callers address that; let a service call it",
    ("store", "cache"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("balancer", "balancer"): "a balancer forwards to the instances of services, not to another balancer",
    ("balancer", "store"): "a balancer spreads requests over equals, and of a store only the primary answers; let a service call it",
    ("store", "balancer"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("store", "station"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("store", "store"): "a store answers by itself, it calls nothing; standbys are part of the store (more AZs or Multi-AZ)",
}


def why_not(caller: type[Component], callee: type[Component]) -> str | None:
    """Why a node of one kind cannot call a node of another, as a clause; None when it can."""
    return REFUSED.get((caller.behaviour, callee.behaviour))
