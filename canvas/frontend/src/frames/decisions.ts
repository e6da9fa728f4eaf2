import type { LogEvent } from "../protocol";

/** Kinds of events that are somebody's decision. */
const DECISIONS = new Set(["unhealthy", "healthy", "fail_open", "role", "scaling", "shift"]);
/** How long a decision is shown, in seconds of the person who watches; at least one simulated second. */
const SHOWN_S = 0.8;

/** Whether a node has just decided something: the pulse on whoever reroutes. */
export function hasDecided(events: LogEvent[], node: string, t_s: number, speed: number): boolean {
  const since = t_s - Math.max(1, SHOWN_S * speed);
  return events.some((event) => event.node === node && event.t_s <= t_s && event.t_s > since && DECISIONS.has(event.kind));
}
