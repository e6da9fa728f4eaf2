"""The compiled data plane: one record of state and one event loop that advances every request to a given instant.

Rooms, in reading order: `loop` (the event loop) → `program` (what a service does for a request) → `caller` (attempts, choice of target,
retries) → `callee` (arrival, queue, answer) → `gates` (shedding, `tokens`, `environments` on demand), `stores` (partitions, replicas),
`caches`, `slots`, `wires` (delays and timeouts), `forks` (parallel calls), `arrivals`, `subjects` (classes and keys) → `queues`,
`deliveries`, `visibility`, `messages` (message queues) → `doors` (what the control plane may do) → `meters` (per-second roll-up). State
is described in `layout`.
"""
