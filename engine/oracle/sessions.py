"""The oracle's sessions: where each user was before, and on which server the session lives."""

from __future__ import annotations

from collections import Counter

from engine.behaviours import Balancer, Source
from engine.kernel.layout import TICKS_PER_S
from engine.oracle.clock import Clock
from engine.oracle.draws import Draws
from engine.oracle.state import About, Attempt, Job, Pool, Server, Target


class Sessions(Clock):
    """The part of `Oracle` that is about users who come back."""

    draws: Draws

    def start_sessions(self) -> None:
        """Nobody has been here."""
        self.first_sessions: list[int] = []
        many = 0
        for n in self.plan.sources():
            behaviour = self.plan.nodes[n].behaviour
            assert isinstance(behaviour, Source)
            self.first_sessions.append(many)
            many += behaviour.users or (behaviour.sessions.count if behaviour.sessions else 0)
        self.cookies: dict[tuple[int, int], tuple[Server, float]] = {}  # (balancer, session) → who answered last, until when that counts
        self.homes: dict[tuple[int, int], Server | None] = {}  # (node, session) → where it lives; None: it was lost
        self.session_counts: Counter[tuple[int, int, str]] = Counter()  # (second, server, what)
        self.keeping = set(self.plan.keepers())

    def as_before(self, pool: Pool, balancer: Server, about: About, tries: int) -> Target | None:
        """Where the cookie of a first attempt sends it."""
        server, until = self.cookies.get((balancer.node, about.session), (None, 0))
        if about.session < 0 or tries or self.env.now >= until:
            return None
        return next((t for t in pool.rotation if t.server is server), None)

    def give_cookie(self, attempt: Attempt, outcome: str | None) -> None:
        """Whoever answered, whatever he said, is where the session was last."""
        balancer, session = attempt.job.caller, attempt.job.about.session
        assert balancer is not None
        behaviour = self.plan.nodes[balancer.node].behaviour
        if outcome in (None, "timeout", "refused") or session < 0 or not isinstance(behaviour, Balancer) or not behaviour.stickiness_s:
            return
        self.cookies[balancer.node, session] = attempt.target.server, self.env.now + behaviour.stickiness_s * TICKS_PER_S

    def starts_over(self, server: Server, job: Job) -> bool:
        """Whether the session is known, but not here; from now on it is here."""
        session = job.about.session
        if server.number not in self.keeping or session < 0:
            return False
        known, home = (server.node, session) in self.homes, self.homes.get((server.node, session))
        self.homes[server.node, session] = server
        if not known or home is server:
            return False
        if home is not None:
            self.count_session(home, "lost_sessions")
        self.count_session(server, "new_logins")
        return True

    def lose_sessions(self, server: Server) -> None:
        """Its memory is gone."""
        for where, home in self.homes.items():
            if home is server:
                self.homes[where] = None
                self.count_session(server, "lost_sessions")

    def count_session(self, server: Server, what: str) -> None:
        """One more of these."""
        self.session_counts[self.env.now // TICKS_PER_S, server.number, what] += 1
