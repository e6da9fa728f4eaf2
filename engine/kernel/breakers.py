"""The circuit breaker of one caller instance and edge: closed, open, or half open with a few probes."""

from __future__ import annotations

from engine.kernel.jit import tiny
from engine.kernel.layout import CLOSED, HALF_OPEN, OPEN


@tiny
def breaker_admits(ed, site, now):
    """Whether the caller's breaker lets this attempt through; an expired open state turns half-open first."""
    if site.state == OPEN:
        if now < site.until:
            return False
        site.state = HALF_OPEN
        site.turned = now
        site.probes_out = 0
        site.probes_ok = 0
    if site.state == HALF_OPEN:
        if site.probes_out >= ed.probes:
            return False
        site.probes_out += 1
    return True


@tiny
def close_breaker(ed, site, now):
    """Closed, with an empty window."""
    if site.state != CLOSED:
        site.turned = now
    site.state = CLOSED
    site.n_old = 0
    site.f_old = 0
    site.n_new = 0
    site.f_new = 0
    site.rotate = now + ed.window


@tiny
def open_breaker(ed, site, now):
    site.state = OPEN
    site.turned = now
    site.opened += 1
    site.until = now + ed.open_for


@tiny
def note_result(ed, site, failed, now):
    """Feed the breaker. The sliding window is two half windows, rotated, so it covers between half and all of ``window_s``."""
    if site.state == OPEN:
        return
    if site.state == HALF_OPEN:
        if failed:
            open_breaker(ed, site, now)
        else:
            site.probes_ok += 1
            if site.probes_ok >= ed.probes:
                close_breaker(ed, site, now)
        return
    if now >= site.rotate:
        long_ago = now >= site.rotate + ed.window
        site.n_old = 0 if long_ago else site.n_new
        site.f_old = 0 if long_ago else site.f_new
        site.n_new = 0
        site.f_new = 0
        site.rotate = now + ed.window
    site.n_new += 1
    if failed:
        site.f_new += 1
        n = site.n_new + site.n_old
        if n >= ed.minimum and site.f_new + site.f_old >= ed.share * n:
            open_breaker(ed, site, now)


@tiny
def give_place_back(ed, site):
    """A call was cancelled before it told the breaker anything: half open, another probe may take its place."""
    if ed.breaker and site.state == HALF_OPEN and site.probes_out > site.probes_ok:
        site.probes_out -= 1
