"""On-demand pools: one request per environment, made when a request comes and none is idle, kept for a while after the answer.

The provisioned environments are the first to be taken and never go away. Beyond them the newest idle one is taken, so the oldest expire;
a new one costs a token of the scaling rate and a cold start. The idle times of a pool are a stack in ``s.idle``: the top is the newest.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import entry, inner
from engine.kernel.layout import OK, THROTTLED
from engine.kernel.tokens import take_token


@inner
def expire(s, ins, now):
    """Forget the environments that have been idle for too long: those at the bottom."""
    while ins.bottom < ins.top and s.idle[ins.first_idle + ins.bottom] + ins.keep <= now:
        ins.bottom += 1
    if ins.bottom == ins.top:
        ins.bottom = 0
        ins.top = 0


@inner
def account_is_used_up(s, a):
    """Whether the functions that share account a's environments use all of them; provisioned ones are used by being there."""
    used = np.int64(0)
    i = s.accounts[a].first
    while i >= 0:
        used += max(s.inst[i].busy, s.inst[i].provisioned)
        i = s.inst[i].next_function
    return used >= s.accounts[a].most


@inner
def find_environment(s, f, ins, now):
    """Give request f an environment, warm or cold, or say why there is none."""
    if ins.busy >= ins.slots:
        return THROTTLED
    if ins.busy < ins.provisioned:
        return OK
    if ins.account >= 0 and account_is_used_up(s, ins.account):
        return THROTTLED
    expire(s, ins, now)
    if ins.top > ins.bottom:
        ins.top -= 1
        return OK
    if not take_token(ins, now):
        return THROTTLED
    ins.n_cold += 1
    s.frames[f].pc = ins.cold_pc
    return OK


@inner
def keep_environment(s, ins, now):
    """A request is answered and its environment free: idle from now on, unless it is one of the provisioned."""
    if ins.busy < ins.provisioned:
        return
    expire(s, ins, now)
    if ins.top == ins.slots:  # room at the bottom only
        for k in range(ins.bottom, ins.top):
            s.idle[ins.first_idle + k - ins.bottom] = s.idle[ins.first_idle + k]
        ins.top -= ins.bottom
        ins.bottom = 0
    s.idle[ins.first_idle + ins.top] = now
    ins.top += 1


@entry
def collect_environments(w, row, now, instances, cold, alive):
    """Cold starts of the second that ends now, and environments there are, busy ones included, of the pools at these ``instances``."""
    s = w[0]
    for k in range(len(instances)):
        ins = s.inst[instances[k]]
        expire(s, ins, now)
        cold[row, k] = ins.n_cold
        alive[row, k] = max(ins.busy, ins.provisioned) + ins.top - ins.bottom if ins.down == 0 else 0
        ins.n_cold = 0
