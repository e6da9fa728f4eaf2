"""The world: the whole data plane as one NumPy record with nested tables.

``s.frames[f].state`` reads like an object; Numba passes ``s`` as a single pointer, which keeps calls cheap and compilation short; a
checkpoint copies the used part of each table. Capacities are fixed: `numpy.zeros` maps pages lazily, so unused capacity costs address
space, not memory. Every field is int64 unless it says float64 or uint64: mixed widths multiply the compile time.

Times are int64 *ticks* of 100 ns: exact, and their order does not depend on the platform.
"""

from __future__ import annotations

import contextlib
import mmap

import numpy as np

from engine.kernel.jit import COMPILED

TICKS_PER_S = 10_000_000
ID_BITS = 22  # an event is one int64: time << ID_BITS | who
ID_MASK = (1 << ID_BITS) - 1
FOREVER = 1 << 40  # 30 h, beyond the longest run

# Who an event belongs to. Within one tick the smaller number goes first: requests, wires, timeouts, arrivals, message queues. So a slot
# freed in the same tick is free for an arrival, and an answer that comes in the very tick of the timeout still counts.
N_FRAMES = 2_500_000
MOST_FRAMES = 2_200_000  # in use; beyond it the run counts as saturated (at least a million calls in flight)
HEADROOM = 200_000  # frames beyond that which deaths of one instant may take before anybody looks
FIRST_WIRE = N_FRAMES
FIRST_TIMER = FIRST_WIRE + 60_000
FIRST_SOURCE = FIRST_TIMER + 60_000
FIRST_QUEUE = FIRST_SOURCE + 60_000  # two each: visibility, retention

# States of a frame: at most one list and one pending event at any time.
(FREE, TRAVEL, REPLY, LOST, WAIT, SERVE, SYNC, STALL, CALLING, BACKOFF, JOINED, GHOST, CANCEL) = np.arange(13)
# TRAVEL to the callee · REPLY on the way back · LOST on a cut wire, freed when it would have arrived · WAIT in a queue · SERVE ·
# SYNC waits for the standby's acknowledgement · STALL: the standby does not answer · CALLING a dependency · BACKOFF before a retry ·
# JOINED: waits for another attempt of its call that does the work · GHOST: killed while its event was pending, freed by that event ·
# CANCEL: no request but word to frame `child` that nobody waits for it any more

JOINING, JOIN, ENDED, THINK = np.arange(20, 24)
# JOINING: waits for its parallel calls · JOIN: the helper that counts them · ENDED: a parallel call that is over · THINK: a user of a
# closed loop between two requests; its frame belongs to nobody
PARKED = np.int64(25)  # a topic's copy that waits for the topic to come back (`kernel.topics`)
OF_PROBE = np.int64(2)  # `holds` at the end of a probe: nobody waits for it, and it is no waste
DETACHED = np.int64(-3)  # `edge` of calls nobody waits for (`kernel.detached`)
AWAITING = np.int64(40)  # waits at a cache for another request that fetches the same key
HELPER = np.int64(-2)  # `edge` of the helper frames of parallel calls; −1: a client's request

# Outcomes, in the order of engine.outcomes.OUTCOMES.
OK, TIMEOUT, REFUSED, ERROR, THROTTLED, SHED, QUEUE_FULL, BREAKER_OPEN, BULKHEAD_FULL, NO_TARGET, NO_WRITER, UNRESOLVED = np.arange(12)
N_OUT = 12
MISSED = np.int64(-2)  # instead of a first cause: the answer of a cache that does not have it
CAUSE_BITS = 4  # a first cause is edge << CAUSE_BITS | outcome

OP_SERVE, OP_RELEASE, OP_SYNC, OP_CALL, OP_RETURN = np.arange(5)
OP_WRITES, OP_LOOKUP, OP_MISS, OP_FILL, OP_DROP, OP_STALE = np.arange(60, 66)  # see engine.kernel.caches
OP_GIVE_UP, OP_KEEP, OP_CARRY, OP_FLUSHED = np.arange(67, 71)  # refreshes and write-back (`kernel.fetches`, `kernel.flushes`)
OP_COALESCE = np.int64(66)  # fetch what was missed, or wait for who fetches it already (`kernel.fetches`)
OP_FORK, OP_END = np.arange(20, 22)  # call several at once; a parallel call is over
OP_STORE = np.int64(30)  # a message queue keeps what was published
OP_OVER = np.int64(31)  # a detached call is over; ``pool`` is the subscription of a topic's copy, else −1
OP_RESUME = np.int64(33)  # a copy that was parked makes the attempt it could not make
OP_ANNOUNCE = np.int64(32)  # a topic passes on what was published
CONSTANT, EXPONENTIAL, TABLE, POWER = np.arange(4)  # service distributions
SHARDED = np.int64(20)  # a gate too: the write limits of shards
NO_GATE, SHEDS, LIMITS, ON_DEMAND = np.arange(4)  # what stands before the slots of an instance (`kernel.gates`)
ROUND_ROBIN, LEAST_OUTSTANDING, RANDOM, POWER_OF_TWO, PRIMARY = np.arange(5)
RESOLVED = np.int64(20)  # whom the cached DNS answer names
FLOW_HASH, WEIGHTED, SLOW_TURNS = np.arange(21, 24)  # see engine.kernel.balancing
NO_BACKOFF, FIXED, EXP_NONE, EXP_FULL, EXP_EQUAL, EXP_DECORRELATED = np.arange(6)
CLOSED, OPEN, HALF_OPEN = np.arange(3)
ROLE_NONE, ROLE_PRIMARY, ROLE_STANDBY, ROLE_OUT_OF_SYNC, ROLE_REPLICA = np.arange(5)
ALIVE, DEAD_REFUSED, DEAD_BLACK_HOLE = np.arange(3)
REQUEST, ANSWER = np.arange(2)  # directions of an edge
DEGRADED, HEDGES, HEDGE_WINS, SUPERSEDED, DUPLICATES, LOST_MESSAGES = np.arange(6)  # columns of `extras`: engine.series.EXTRAS
N_EXTRA = 6

# Where a message of a queue is. FRESH: waits and was never taken · BACK: waits again · BLOCKED: behind another of its group · HIDDEN: taken
MESSAGE_FREE, FRESH, BACK, BLOCKED, HIDDEN = np.arange(5)

NB = 30 * 16  # latency buckets: 30 octaves from 51.2 µs, 16 per octave
FIRST_BUCKET = (127 + 9) << 4  # the float32 exponent of 512 ticks
DIST_BINS = 1024

N_INST, N_NODE, N_STEP, N_EDGE, N_POOL, N_PLACE = 2048, 512, 8192, 2048, 2048, 128
N_SITE, N_TARGET, N_WIRE, N_TIMER, N_SOURCE, N_SEGMENT, N_TABLE = 131_072, 65_536, 16_384, 4096, 512, 131_072, 256
N_CLASS, N_SHARE = 64, 4096  # classes in all, counting the nameless one; shares of them in all sources
N_FEED = 8192  # what members of tables with many writers receive from each other
N_MEMORY, N_ENTRY = 2048, 1 << 22
N_FETCH = N_ENTRY  # keys of the caches that coalesce
N_ADDRESS, N_LOG, N_RING, N_SPARE, N_VERSION = 262_144, 1024, 1 << 20, 1 << 17, 1 << 24
N_MESSAGES, MOST_MESSAGES, N_QUEUE, N_TAKER, N_PULL, N_GROUP = 2_500_000, 2_200_000, 512, 65_536, 65_536, 1 << 22
N_TOPIC, N_SUB = 512, 2048
N_ACCOUNT, N_SHARD = 128, 8192
N_START, N_START_HIST = 1_310_720, 57_600  # rows of the tables by start time
N_VIEW, N_VERSIONS, N_RECORD = 128, 64, 64  # callers of resolvers; answers each remembers at most; records of one
N_SPAN = 1 << 16  # rows of all traces
N_IDLE = 262_144  # environments of all functions
N_HOME = 1 << 20  # sessions times nodes that keep them, and times sticky balancers
COLD_LOCAL = 1000  # the cold start's place in a program: behind all others, so that it shifts nobody's draws
DETACHED_LOCAL = 2000  # a detached call's place in a program
BUDGET_TOKENS = 10.0  # a retry budget is full at start and at most this

I8, F8, U8 = "i8", "f8", "u8"


def _record(ints: str, floats: str = "", unsigned: str = "") -> np.dtype:
    taken = [n for n in f"{ints} {floats} {unsigned}".split() if hasattr(np.record, n)]
    assert not taken, f"interpreted code cannot read fields called {taken}: NumPy's records have methods of those names"
    names = [(n, U8) for n in unsigned.split()] + [(n, F8) for n in floats.split()] + [(n, I8) for n in ints.split()]
    return np.dtype(names, align=True)


# One attempt of one call, from the caller's decision to the answer. `first` is the first cause (−1: none yet); `born` the root's start,
# of an attempt when it got its slot; `origin` the caller's instance while travelling, later the target row it calls itself; `kind` and
# `subject`: the request's class and the key of the thing it is about (−1: none), handed down the call tree. `second`, `twin`: target row
# and frame of a hedge (`kernel.hedges`); `lane`: the timeout list it is on; `call`: record of the call it makes, `group`: of the call it
# belongs to (`kernel.records`); `degraded`: built on a fallback; `span`: its row in `spans`, −1 when it is not followed (`kernel.traces`).
frame_dt = _record(
    "born called due parent inst next prev child origin pc edge state tries status first kind subject second twin call group degraded "
    "lane "
    "span "
    "session",  # the session it belongs to, −1: none (`kernel.sessions`)
    unsigned="key",
)
# One attempt of a followed request, or the request itself (`parent`, `edge` −1). Instants in ticks, −1: not, or not yet. `outcome` is what
# the callee answered, `seen` what the caller saw, `pc` the caller's step; `first` as in a frame.
span_dt = _record("root parent edge inst tries pc sent arrived started finished answered outcome seen first")
inst_dt = _record(
    "node place down slots capacity busy busy_t busy_sum up_t up_sum queued head tail peak n_arrived n_completed n_rejected n_killed "
    "role standby acked down_since stall_head gate lifo shed filled log received applied free_at link since paused n_stale n_lost "
    "provisioned keep first_idle bottom top cold_pc n_cold n_cancelled memory flushes durable first_pull n_pulls stopped hungry "
    "account next_function "
    "table "  # the row with the bucket that all partitions of its table share; 0: none
    "whose n_conflicts "  # the instance a row stands for: itself, or of a feed the member that receives it (`kernel.writers`)
    "hungry_next "
    "holder n_split split_since "
    "shifted probe_pc "
    "registered absent enrolled withdrawn struck worked hung hung_head "
    "keeper "  # its row in `keepers`, plus one; 0: no sessions live on it
    "n_wasted wasted",
    floats="strain chill "
    "flap_share "
    "spike spike_share "  # ticks that a share of all work takes more
    "extra "
    "slow error_share throttle_share mean_work offered tokens burst token_rate",
)
node_dt = _record("pc first count first_source passes queue refresh flush")
# `entry`: where the callee's program begins; of OP_WRITES: a request without a class is one; `resume`: the step of a copy that was parked.
step_dt = _record("op pool dist on_ok on_fail on_miss status holds local entry resume")
edge_dt = _record(
    "timer timeout attempts backoff bulkhead breaker window open_for minimum probes first_site caller_first cut_request cut_answer add "
    "eventual "
    "taker "
    "own_attempts own_backoff own_timeout "
    "n_calls n_attempts n_abandoned fastest slowest cancel hedge hedge_timer rest_timer tracked idempotent pooled pool queue",
    floats="base_wait cap share budget tokens fallback lose_request lose_answer "
    "kb",
)
pool_dt = _record("policy first count n_healthy next edge partitions members read_first first_address names "
                  "ramp warm_at connections nodes balances "
                  "sticky cookies", unsigned="salt")  # fmt: skip
# turned: when the breaker last changed its state, of one that has ever `opened`; that is how often
site_dt = _record(
    "inflight state until rotate probes_out probes_ok n_old f_old n_new f_new "
    "turned opened"
)
call_dt = _record("refs executions worker head idempotent")  # see `kernel.records`
# listed: in the rotation · away: traffic is shifted away from its AZ · ended, bad: attempts of a target that is watched
target_dt = _record("inst edge out healthy listed warm_at watched ended bad away", floats="weight")
# What a cache instance remembers: a row per key, in order of use from head to tail.
memory_dt = _record(
    "first head tail held capacity ttl grace n_hits n_misses n_stale n_evicted "
    "keeps "
    "fetches n_coalesced revalidate n_refreshes "  # its first row in `fetches`, −1: none
    "backlogs flush_after n_kept n_flushed n_lost t_flushed t_lost lost_since",  # its first row in `backlogs`, −1: none
    floats="hit_ratio",
)
entry_dt = _record("prev next until held")
# Writes of one key that a cache has acknowledged and the store has not: how many, how many of them are under way, when the oldest came of
# those that are not and of those that are, and the frame that flushes them, plus one.
backlog_dt = _record("dirty carried since carried_since flusher")
fetch_dt = _record("leader waiters")  # of one key: the frame that fetches it and the last that waits for that, each plus one; 0: none
# The acknowledged writes of one partition of a store with replicas; see engine.kernel.stores.
# `need`, `ask`: other members a write, a read waits for; `shared`: all members use one storage; `lag`: ticks a replica is behind anyway.
log_dt = _record(
    "n lost shift low ring mask first members primary gap first_version partition partitions "
    "need ask shared lag "
    "many peer",  # `kernel.writers`
    unsigned="salt",
)
dist_dt = _record("kind table", floats="scale power")
view_dt = _record("ttl long_ttl slots caller_first many n_record n_version", floats="sticky", unsigned="key")  # a caller of a resolver
wire_dt = _record("delay head tail armed")
source_dt = _record(
    "k seg inst even batch first_seg n_seg row mixed first_class n_class n_keys lap users "
    "first_session n_sessions",
    floats="t zipf hot_share cycle period surge since known think "
    "session_zipf",
    unsigned="key",
)
class_dt = _record("kind", floats="until")  # a share of a source's requests: `until` is cumulative
segment_dt = _record("", floats="start cum rate")
# A message. `born`: published (ticks); `edge`: over which it was taken, `handle`: in which taking, `leads`: first of its batch, `mate`: the
# next in it; newer/older: all messages of the queue by age; next/prev: the list its state says; follower/prev: its group (the first knows
# the `last`). `held`: by a throttled poller; `most`: of the next batch it leads, 0: what the queue says.
message_dt = _record(
    "state queue edge born receives kind subject poison next prev newer older leads mate follower last due held group most",
    unsigned="key handle",
)
# A queue. `queued` of its instance counts what waits, `n_hidden` what is taken; n_: this second, t_: since the start; `keep_at`: instant of
# its retention event.
queue_dt = _record(
    "inst oldest newest fresh_head fresh_tail back_head back_tail hidden_head hidden_tail armed keep_at n_hidden visibility max_receives "
    "dead_letter retention batch fifo first_taker n_takers next_taker n_published n_delivered n_redelivered n_deleted n_late n_dead "
    "n_expired t_in t_deleted t_dead t_expired n_redriven t_redriven n_waiting shards first_shard next_reader reader bisect "
    "most_hidden",
    floats="poison_share records_per_s kb_per_s", unsigned="salt",
)
shard_dt = _record("filled", floats="records kb")  # what is left of a shard's write limits since `filled`
# A topic. ``archive``: the queue that keeps what was published, −1: none; t_messages: published and replayed; t_copies: begun.
topic_dt = _record(
    "inst first_sub n_subs archive n_published n_delivered n_filtered n_dead n_dropped n_replayed "
    "t_messages t_copies t_delivered t_filtered t_dead t_dropped"
)
sub_dt = _record("topic pc mask dead_letter")  # a subscription: the program of its copies, a bit for each class it wants
taker_dt = _record("edge inst most in_hand")  # one instance that consumes a queue; a function's pollers, and those with a batch in hand
account_dt = _record("most first")  # environments of all functions that share them, and the first of these functions
pull_dt = _record("queue edge")  # one queue that an instance consumes
cookie_dt = _record("row until")  # what a sticky balancer gave a session: a target row plus one, 0: nothing yet
keeper_dt = _record("first held n_lost n_again t_lost t_again")  # an instance that sessions live on; n_: this second, t_: since the start

world_dt = np.dtype(
    [
        ("now", I8), ("heap_n", I8), ("free", I8), ("n_used", I8), ("in_use", I8), ("limit", I8), ("ready_head", I8), ("ready_tail", I8),
        ("n_events", I8), ("n_roots", I8), ("n_ended", I8), ("warmup", I8), ("cuts", I8), ("rough", I8), ("jitter", F8), ("hist_bin", I8),
        ("n_call", I8), ("free_call", I8), ("orphans", I8),
        ("n_turns", I8),
        ("n_detached", I8), ("n_detached_ended", I8),
        ("n_inst", I8), ("n_row", I8), ("n_node", I8), ("n_step", I8), ("n_edge", I8), ("n_pool", I8), ("n_place", I8), ("n_site", I8),
        ("n_target", I8), ("n_wire", I8), ("n_timer", I8), ("n_source", I8), ("n_segment", I8), ("n_dist", I8), ("n_table", I8),
        ("n_class", I8), ("n_share", I8), ("write_kind", I8), ("n_address", I8),
        ("n_log", I8), ("n_ring", I8), ("n_version", I8), ("n_keys", I8),
        ("n_queue", I8), ("n_taker", I8), ("n_pull", I8), ("n_messages", I8), ("free_message", I8), ("messages_in_use", I8),
        ("hungry_head", I8),
        ("n_topic", I8), ("n_sub", I8), ("parked_head", I8), ("parked_tail", I8),
        ("n_account", I8), ("n_shard", I8),
        ("n_idle", I8), ("n_memory", I8), ("n_entry", I8),
        ("n_view", I8),
        ("n_span", I8), ("n_trace", I8), ("next_sample", I8), ("sample_gap", I8),
        ("n_fetch", I8), ("n_backlog", I8),
        ("n_session", I8), ("n_keeper", I8), ("n_home", I8), ("n_cookie", I8),
        ("frames", frame_dt, (N_FRAMES,)), ("heap", I8, (N_FRAMES,)), ("calls", call_dt, (N_FRAMES,)),
        ("turns", I8, (N_FRAMES,)),  # empty between two ticks (`kernel.ties`)
        ("inst", inst_dt, (N_INST + N_FEED,)), ("nodes", node_dt, (N_NODE,)), ("steps", step_dt, (N_STEP,)), ("edges", edge_dt, (N_EDGE,)),
        ("pools", pool_dt, (N_POOL,)), ("sites", site_dt, (N_SITE,)), ("targets", target_dt, (N_TARGET,)), ("healthy", I8, (N_TARGET,)),
        ("dists", dist_dt, (2 * N_NODE,)), ("tables", F8, (N_TABLE, 3 * (DIST_BINS + 1))),
        ("wires", wire_dt, (N_WIRE,)), ("timers", wire_dt, (N_TIMER,)), ("sources", source_dt, (N_SOURCE,)),
        ("segments", segment_dt, (N_SEGMENT,)), ("classes", class_dt, (N_SHARE,)),
        ("addresses", I8, (N_ADDRESS,)), ("moved", I8, (N_ADDRESS,)),
        ("logs", log_dt, (N_LOG,)), ("ring", I8, (N_RING,)), ("spare", I8, (N_SPARE,)),
        ("versions", I8, (N_VERSION,)),
        ("idle", I8, (N_IDLE,)),
        ("memories", memory_dt, (N_MEMORY,)), ("entries", entry_dt, (N_ENTRY,)),
        ("fetches", fetch_dt, (N_FETCH,)), ("backlogs", backlog_dt, (N_FETCH,)),
        ("queues", queue_dt, (N_QUEUE,)), ("messages", message_dt, (N_MESSAGES,)), ("takers", taker_dt, (N_TAKER,)),
        ("pulls", pull_dt, (N_PULL,)), ("groups", I8, (N_GROUP,)),
        ("spans", span_dt, (N_SPAN,)),
        ("views", view_dt, (N_VIEW,)), ("view_since", I8, (N_VIEW, N_VERSIONS)), ("view_rows", I8, (N_VIEW, N_RECORD + 1)),
        ("view_shares", F8, (N_VIEW, N_VERSIONS, N_RECORD)), ("via", I8, (N_TARGET,)),
        ("topics", topic_dt, (N_TOPIC,)), ("subs", sub_dt, (N_SUB,)),
        ("view_names", I8, (N_VIEW, N_RECORD)), ("probes", I8, (N_TARGET,)),
        ("keepers", keeper_dt, (N_INST,)), ("homes", I8, (N_HOME,)), ("cookies", cookie_dt, (N_HOME,)),
        ("accounts", account_dt, (N_ACCOUNT,)), ("shards", shard_dt, (N_SHARD,)),
        ("lat", I8, (N_PLACE, N_PLACE)), ("wire_of", I8, (N_PLACE, N_PLACE)), ("path_cut", I8, (N_PLACE, N_PLACE)),
        ("path_add", I8, (N_PLACE, N_PLACE)), ("path_loss", F8, (N_PLACE, N_PLACE)), ("hop_of", I8, (N_PLACE, N_PLACE)),
        ("carried", I8, (N_EDGE, 8)),  # after the warm-up, by direction · 4 + kind of hop
        ("attempt_ends", I8, (N_EDGE, N_OUT)), ("call_ends", I8, (N_EDGE, N_OUT)), ("hist", I8, (N_EDGE, NB)),
        ("extras", I8, (N_EDGE, N_EXTRA)),
        ("start_begun", I8, (N_START,)), ("start_latency", I8, (N_START,)), ("start_ends", I8, (N_START, N_OUT)),
        ("start_hist", I8, (N_START_HIST, NB)), ("start_fastest", I8, (N_START_HIST,)), ("start_slowest", I8, (N_START_HIST,)),
        ("start_degraded", I8, (N_START,)), ("total_degraded", I8, (N_SOURCE,)),
        ("total_begun", I8, (N_SOURCE,)), ("total_latency", I8, (N_SOURCE,)), ("total_ends", I8, (N_SOURCE, N_OUT)),
        ("total_hist", I8, (N_SOURCE, NB)), ("total_fastest", I8, (N_SOURCE,)), ("total_slowest", I8, (N_SOURCE,)),
        ("blame", I8, (N_EDGE, N_OUT)),
        ("class_begun", I8, (N_CLASS,)), ("class_ends", I8, (N_CLASS, N_OUT)),
    ],
    align=True,
)  # fmt: skip


def new_world() -> np.ndarray:
    """An empty world, shape [1]; interpreted code needs attribute access, hence the record array.

    Anonymous memory of its own, in small pages where that can be asked for: `numpy.zeros` asks for 2 MB pages, and to zero one of them for
    each of the tables' few used bytes costs more than a branch.
    """
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}  # Windows has no such flags
    memory = mmap.mmap(-1, world_dt.itemsize, **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        with contextlib.suppress(OSError):  # a system without large pages
            memory.madvise(mmap.MADV_NOHUGEPAGE)
    world = np.frombuffer(memory, world_dt)
    return world if COMPILED else world.view(np.recarray)


def ticks(seconds: float) -> int:
    """Seconds to ticks, rounded to the nearest 100 ns."""
    return int(round(seconds * TICKS_PER_S))
