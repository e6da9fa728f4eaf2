"""Who may call whom, decided by what nodes do, so that a new kind of node obeys the rules by itself."""

from __future__ import annotations

from typing import Literal

from engine.components.base import Component

EdgeKind = Literal["call", "publish", "consume", "resolve"]

REFUSED: dict[tuple[str, str], str] = {
    ("source", "source"): "clients only send requests, nothing calls them",
    ("balancer", "source"): "clients only send requests, nothing calls them",
    ("station", "source"): "clients only send requests, nothing calls them",
    ("store", "source"): "clients only send requests, nothing calls them",
    ("limiter", "source"): "clients only send requests, nothing calls them",
    ("function", "source"): "clients only send requests, nothing calls them",
    ("store", "function"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("balancer", "resolver"): "a balancer knows its targets, it asks for no names",
    ("limiter", "resolver"): "a limiter stands in front of what it protects, it asks for no names; put the resolver before the limiter",
    ("store", "resolver"): "a store answers by itself, it calls nothing",
    ("resolver", "source"): "clients only send requests, nothing calls them",
    ("resolver", "resolver"): "a resolver names what is called in the end, not another resolver",
    ("resolver", "store"): "a store has an address of its own that follows its primary; let a service call it",
    ("store", "limiter"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("cache", "source"): "clients only send requests, nothing calls them",
    ("balancer", "cache"): "a cache keeps each key on the instance it hashes to, so its callers address that; let a service call it",
    ("store", "cache"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("balancer", "balancer"): "a balancer forwards to the instances of services, not to another balancer",
    ("balancer", "store"): "a balancer spreads requests over equals, and of a store only the primary answers; let a service call it",
    ("store", "balancer"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("store", "station"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("store", "store"): "a store answers by itself, it calls nothing; standbys are part of the store (more AZs or Multi-AZ)",
    ("queue", "source"): "clients only send requests, nothing calls them",
    ("balancer", "queue"): "a balancer forwards to the instances of services, not to a message queue; let a service publish to it",
    ("store", "queue"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("cache", "queue"): "a cache fetches a key from the service or store that has it; draw the edge there",
    ("queue", "cache"): "a cache is looked into, it does no work; let a service consume the messages",
    ("queue", "limiter"): "consumers ask the queue themselves; draw the edge to the service that consumes",
    ("queue", "balancer"): "consumers ask the queue themselves; draw the edge to the service that consumes",
    ("queue", "store"): "a store answers by itself and asks for no messages; let a service consume them",
    ("queue", "resolver"): "consumers ask the queue themselves; draw the edge to the service that consumes",
    ("resolver", "queue"): "a queue has one address of its own; let a service publish to it",
    ("balancer", "topic"): "a balancer forwards to the instances of services, not to a topic; let a service publish to it",
    ("store", "topic"): "a store answers by itself, it calls nothing; draw the edge the other way round",
    ("cache", "topic"): "a cache fetches a key from the service or store that has it; draw the edge there",
    ("queue", "topic"): "a queue sends nothing by itself; let a service consume the messages and publish them",
    ("topic", "source"): "clients only send requests, nothing calls them",
    ("topic", "store"): "a store is written by services, a topic delivers to those that act; let a service or a function subscribe",
    ("topic", "cache"): "a cache is looked into, it does no work; let a service or a function subscribe",
    ("topic", "resolver"): "subscribers have addresses of their own; draw the edge to whoever is to get the messages",
    ("resolver", "topic"): "a topic has one address of its own; let a service publish to it",
    ("queue", "queue"): "a queue sends nothing by itself; name it as `dead_letter`, or let a service pass messages on",
}


def why_not(caller: type[Component], callee: type[Component]) -> str | None:
    """Why a node of one kind cannot call a node of another, as a clause; None when it can."""
    by_behaviour = REFUSED.get((caller.behaviour, callee.behaviour))
    return by_behaviour or caller.refuses_callee(callee) or callee.refuses_caller(caller)


def edge_kind(caller: type[Component], callee: type[Component]) -> EdgeKind:
    """What passes over an edge, implied by its two ends: consumers ask for messages, whoever calls a queue publishes, resolvers name."""
    if caller.behaviour == "queue":
        return "consume"
    if caller.behaviour == "resolver":
        return "resolve"
    return "publish" if callee.behaviour in ("queue", "topic") else "call"
