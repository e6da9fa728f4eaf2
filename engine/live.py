"""The live configuration: what the faults active *now* make of the design. Rebuilt whole at every fault boundary, so there is no undo."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

UP, REFUSED, BLACK_HOLE = 0, 1, 2


@dataclass
class Live:
    """Arrays over instances, edges and places of one plan; a fault's ``apply`` changes them and nothing else.

    ``down``: 0 up, 1 refused, 2 black hole; the strongest wins. ``slow``: factors multiply, as do those of ``surge``;
    ``extra_s`` adds up, after them. A share ``spike_share`` of all work takes ``spike_s`` more: shares combine, the longest counts.
    ``error_share``: independent shares combine. ``edge_add_s``: additions to the round trip add up. ``edge_cut[e, 0]``
    requests, ``[e, 1]`` answers.
    ``edge_loss[e, direction]`` and ``path_loss[a, b]``: independent shares of messages lost; ``path_add_s[a, b]``: added one way.
    ``throttle_share``: answered "too many requests" at once; independent shares combine.
    ``path_cut[a, b]``: nothing sent from place a arrives at place b. ``hot_share``: of a client's requests, independent shares combine.
    """

    n_instances: int
    n_edges: int
    n_places: int
    at_s: float = math.inf  # the present instant, for faults that grow; inf: as far as they go
    down: np.ndarray = field(init=False)  # int64 [instance]
    slow: np.ndarray = field(init=False)  # float64 [instance], ×
    extra_s: np.ndarray = field(init=False)  # float64 [instance], seconds more for every piece of work
    error_share: np.ndarray = field(init=False)  # float64 [instance], 0 … 1
    edge_add_s: np.ndarray = field(init=False)  # float64 [edge], seconds per round trip
    edge_cut: np.ndarray = field(init=False)  # bool [edge, direction]
    path_cut: np.ndarray = field(init=False)  # bool [place, place]
    flushes: np.ndarray = field(init=False)  # int64 [instance]: times it starts anew with nothing in memory: an empty cache, no sessions
    edge_loss: np.ndarray = field(init=False)  # float64 [edge, direction], 0 … 1
    path_loss: np.ndarray = field(init=False)  # float64 [place, place], 0 … 1
    path_add_s: np.ndarray = field(init=False)  # float64 [place, place], seconds one way
    throttle_share: np.ndarray = field(init=False)  # float64 [instance], 0 … 1
    paused: np.ndarray = field(init=False)  # bool [instance]: no replication to it, and none from it
    hot_share: np.ndarray = field(init=False)  # float64 [instance], 0 … 1; clients only
    dns_empty: np.ndarray = field(init=False)  # bool [instance]: a resolver answers with nothing
    surge: np.ndarray = field(init=False)  # float64 [instance], × of a source's arrival rate
    stopped: np.ndarray = field(init=False)  # bool [instance]: takes no messages
    poison_share: np.ndarray = field(init=False)  # float64 [instance of a queue], 0 … 1, of what is published
    hung: np.ndarray = field(init=False)  # bool [instance]: accepts and works, but no answer leaves it
    edge_attempts: np.ndarray = field(init=False)  # int64 [edge]: attempts instead of the design's, the most of all; 0: as designed
    edge_hasty: np.ndarray = field(init=False)  # bool [edge]: retries come at once
    edge_timeout_s: np.ndarray = field(init=False)  # float64 [edge], s: instead of the design's, the shortest of all; inf: as designed
    uncontrolled: np.ndarray = field(init=False)  # bool [instance]: its control plane is down
    spike_s: np.ndarray = field(init=False)  # float64 [instance], seconds
    spike_share: np.ndarray = field(init=False)  # float64 [instance], 0 … 1
    launch_failures: np.ndarray = field(init=False)  # float64 [instance], 0 … 1: share of the calls to launch in its place that fail
    no_launch: np.ndarray = field(init=False)  # bool [instance]: nothing can be launched in its place
    withdrawn: np.ndarray = field(init=False)  # bool [instance]: not a registered target; what it has in hand goes on

    flap_share: np.ndarray = field(init=False)  # float64 [instance], 0 … 1, of health checks that fail for no reason of its own
    shifted: np.ndarray = field(init=False)  # bool [instance]: balancers send nothing there, and do not name it if it is a node of theirs

    def __post_init__(self) -> None:
        self.down = np.zeros(self.n_instances, np.int64)
        self.slow = np.ones(self.n_instances)
        self.extra_s = np.zeros(self.n_instances)
        self.error_share = np.zeros(self.n_instances)
        self.edge_add_s = np.zeros(self.n_edges)
        self.edge_cut = np.zeros((self.n_edges, 2), bool)
        self.path_cut = np.zeros((self.n_places, self.n_places), bool)
        self.flushes = np.zeros(self.n_instances, np.int64)
        self.edge_loss = np.zeros((self.n_edges, 2))
        self.path_loss = np.zeros((self.n_places, self.n_places))
        self.path_add_s = np.zeros((self.n_places, self.n_places))
        self.throttle_share = np.zeros(self.n_instances)
        self.paused = np.zeros(self.n_instances, bool)
        self.hot_share = np.zeros(self.n_instances)
        self.dns_empty = np.zeros(self.n_instances, bool)
        self.surge = np.ones(self.n_instances)
        self.stopped = np.zeros(self.n_instances, bool)
        self.poison_share = np.zeros(self.n_instances)
        self.hung = np.zeros(self.n_instances, bool)
        self.edge_attempts = np.zeros(self.n_edges, np.int64)
        self.edge_hasty = np.zeros(self.n_edges, bool)
        self.edge_timeout_s = np.full(self.n_edges, np.inf)
        self.uncontrolled = np.zeros(self.n_instances, bool)
        self.no_launch = np.zeros(self.n_instances, bool)
        self.spike_s, self.spike_share, self.launch_failures = (np.zeros(self.n_instances) for _ in range(3))
        self.flap_share = np.zeros(self.n_instances)
        self.shifted = np.zeros(self.n_instances, bool)
        self.withdrawn = np.zeros(self.n_instances, bool)

    def fail_launches(self, instances: list[int], share: float) -> None:
        """Let a further independent share of the calls to launch fail."""
        self.launch_failures[instances] = 1 - (1 - self.launch_failures[instances]) * (1 - share)

    def add_spikes(self, instances: list[int], share: float, spike_s: float) -> None:
        """Let a further independent share of all work take longer."""
        self.spike_share[instances] = 1 - (1 - self.spike_share[instances]) * (1 - share)
        self.spike_s[instances] = np.maximum(self.spike_s[instances], spike_s)

    def take_down(self, instances: list[int], how: int) -> None:
        """Bring instances down; a black hole outweighs a refusal."""
        self.down[instances] = np.maximum(self.down[instances], how)

    def add_errors(self, instances: list[int], share: float) -> None:
        """Let a further independent share of requests fail at once."""
        self.error_share[instances] = 1 - (1 - self.error_share[instances]) * (1 - share)

    def throttle(self, instances: list[int], share: float) -> None:
        """Let a further independent share of requests be turned away at once."""
        self.throttle_share[instances] = 1 - (1 - self.throttle_share[instances]) * (1 - share)

    def lose_on_edges(self, edges: list[int], share: float, requests: bool = True, answers: bool = True) -> None:
        """Lose a further independent share of the requests over these edges, and of the answers."""
        for direction in [0] * requests + [1] * answers:
            self.edge_loss[edges, direction] = 1 - (1 - self.edge_loss[edges, direction]) * (1 - share)

    def lose_on_path(self, a: int, b: int, share: float) -> None:
        """Lose a further independent share of what place a sends to place b."""
        self.path_loss[a, b] = 1 - (1 - self.path_loss[a, b]) * (1 - share)

    def flap(self, instances: list[int], share: float) -> None:
        """Let a further independent share of health checks fail."""
        self.flap_share[instances] = 1 - (1 - self.flap_share[instances]) * (1 - share)

    def heat(self, instances: list[int], share: float) -> None:
        """Turn a further independent share of what clients ask for to the most popular key."""
        self.hot_share[instances] = 1 - (1 - self.hot_share[instances]) * (1 - share)

    def add_poison(self, instances: list[int], share: float) -> None:
        """Let a further independent share of what is published be impossible to process."""
        self.poison_share[instances] = 1 - (1 - self.poison_share[instances]) * (1 - share)
