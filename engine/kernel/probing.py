"""Deep health checks: probes that wait for a slot and are worked on like a request, so that an overloaded or slow target can fail them.

A probe is a frame without a parent. Whether its work was done is told by a record of a call, which the balancer keeps a reference to.
"""

from __future__ import annotations

from engine.kernel.callee import admit, reply
from engine.kernel.doors import settled
from engine.kernel.gates import pass_gate
from engine.kernel.jit import entry
from engine.kernel.layout import OK
from engine.kernel.records import new_record
from engine.kernel.wires import NOBODY, allocate, drop_record, make_ready


@settled
@entry
def send_probe(w, row, origin, key, now):
    """Instance ``origin`` of a balancer has a probe worked on at the target of a row; `take_result` must follow before the next one."""
    s = w[0]
    i = s.targets[row].inst
    ins = s.inst[i]
    f = allocate(s)
    fr = s.frames[f]
    fr.group = new_record(s)
    s.calls[fr.group].idempotent = 0
    s.calls[fr.group].refs += 1
    s.probes[row] = fr.group + 1
    fr.parent = NOBODY
    fr.edge = s.targets[row].edge
    fr.inst = i
    fr.origin = origin
    fr.pc = ins.probe_pc
    fr.key = key
    fr.kind = 0
    fr.subject = -1
    fr.born = now
    ins.n_arrived += 1
    ins.offered += ins.mean_work * ins.slow + ins.extra + ins.spike * ins.spike_share
    outcome = pass_gate(s, f, ins, now) if ins.gate else OK
    if outcome != OK:
        ins.n_rejected += 1
        reply(s, f, outcome, now)
    elif admit(s, f, ins, now):
        make_ready(s, f)


@entry
def take_result(w, row):
    """Whether the work of the last probe of a row has been done by now; the balancer looks only once."""
    s = w[0]
    r = s.probes[row] - 1
    s.probes[row] = 0
    if r < 0:
        return 0
    done = s.calls[r].executions
    drop_record(s, r)
    return done
