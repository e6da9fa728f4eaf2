import type { Frames } from "./frames";
import { compact, duration, percent } from "./words";

/** What only some nodes and edges have to show, read from a row and put into words: the same ones on cards, in labels and in the table. */
export const STAGES = ["in service", "warming", "launching", "draining", "not there"];
export const [IN_SERVICE, WARMING, LAUNCHING, DRAINING] = [0, 1, 2, 3];

/** Where an instance of a group is in its life: its stage, the share of it that is over, and the seconds that are left. */
export interface Life {
  stage: number;
  share: number;
  left_s: number;
}

export function lifeOf(frames: Frames, row: number, instance: number): Life | null {
  const { node, index } = frames.meta.instances[instance];
  const value = frames.mark(row, `${node}[${index}]`, "life");
  if (!Number.isFinite(value)) return null;
  const stage = Math.floor(value);
  const length = frames.factsOf(node)[`${STAGES[stage]}_s`];
  return { stage, share: value - stage, left_s: typeof length === "number" ? (1 - (value - stage)) * length : NaN };
}

/** "6/8, 2 warming 43 s": in service of those there are, and what is on its way or leaving, the longest of each. */
export function countWords(up: number, there: number, lives: Life[]): string {
  const parts = [`${up}/${there}`];
  for (const stage of [LAUNCHING, WARMING, DRAINING]) {
    const members = lives.filter((life) => life.stage === stage);
    if (!members.length) continue;
    const left = Math.max(...members.map((life) => life.left_s));
    parts.push(`${members.length} ${STAGES[stage]}${Number.isFinite(left) ? ` ${Math.ceil(left)} s` : ""}`);
  }
  return parts.join(", ");
}

export interface QueueMark {
  waiting: number;
  inFlight: number;
  oldest_s: number;
  drain_s: number;
  dead: number;
  deadLetter: string | null;
  /** Of the retention, the age of the oldest message; 0 without a limit. */
  expiry: number;
}

export function queueMark(frames: Frames, row: number, id: string): QueueMark | null {
  if (!frames.hasMark(id, "oldest_s")) return null;
  const { retention_s, dead_letter } = frames.factsOf(id);
  const waitingAt = (node: string): number => frames.nodes.at(row, frames.nodeIndex.get(node) ?? -1, "queue") || 0;
  const oldest_s = frames.mark(row, id, "oldest_s") || 0;
  const deadLetter = typeof dead_letter === "string" && frames.nodeIndex.has(dead_letter) ? dead_letter : null;
  return {
    waiting: waitingAt(id), inFlight: frames.mark(row, id, "in_flight") || 0, oldest_s, drain_s: frames.mark(row, id, "drain_s"),
    dead: deadLetter ? waitingAt(deadLetter) : frames.mark(row, id, "dead") || 0, deadLetter, expiry: typeof retention_s === "number" && retention_s > 0 ? oldest_s / retention_s : 0,
  };
}

export function queueWords({ waiting, oldest_s, drain_s, expiry }: QueueMark): string {
  if (waiting < 1 && !(oldest_s > 0)) return "empty";
  const drains = Number.isFinite(drain_s) ? `drains in ${duration(drain_s)}` : "";
  return [`oldest ${duration(oldest_s)}`, expiry > 0.8 ? `${percent(expiry)} of retention` : drains].filter(Boolean).join(" · ");
}

/** "12 in the DLQ" or, where nothing keeps them, "12 dropped". */
export const deadWords = ({ dead, deadLetter }: Pick<QueueMark, "dead" | "deadLetter">): string => (dead >= 1 ? `${compact(dead)} ${deadLetter ? "in DLQ" : "dropped"}` : "");

export function topicWords(frames: Frames, row: number, id: string): string {
  const copies = frames.mark(row, id, "in_flight");
  const dead = frames.mark(row, id, "dead");
  return [`${compact(copies)} under way`, dead >= 1 ? `${compact(dead)} not delivered` : ""].filter(Boolean).join(" · ");
}

export interface CacheMark {
  hits: number;
  held: number;
  places: number;
  cold: boolean;
  unflushed: number;
}

export function cacheMark(frames: Frames, row: number, id: string): CacheMark | null {
  if (!frames.hasMark(id, "hit_ratio")) return null;
  const places = frames.factsOf(id).places;
  return {
    hits: frames.mark(row, id, "hit_ratio"), held: frames.mark(row, id, "held"), places: typeof places === "number" ? places : 0,
    cold: frames.mark(row, id, "cold") > 0.5, unflushed: frames.mark(row, id, "unflushed") || 0,
  };
}

export function cacheWords({ hits, held, places, unflushed }: CacheMark): string {
  const keys = Number.isFinite(held) ? `${compact(held)}${places ? ` of ${compact(places)}` : ""} keys` : "";
  return [`hits ${percent(hits)}`, keys, unflushed >= 1 ? `${compact(unflushed)} unflushed` : ""].filter(Boolean).join(" · ");
}

export interface FunctionMark {
  busy: number;
  idle: number;
  cold_per_s: number;
  most: number;
}

export function functionMark(frames: Frames, row: number, id: string): FunctionMark | null {
  if (!frames.hasMark(id, "environments")) return null;
  const all = frames.mark(row, id, "environments") || 0;
  const busy = Math.min(all, Math.round(frames.mark(row, id, "busy") || 0));
  const most = frames.factsOf(id).most;
  return { busy, idle: all - busy, cold_per_s: frames.mark(row, id, "cold_per_s") || 0, most: typeof most === "number" ? most : 0 };
}

export const functionWords = ({ busy, idle, cold_per_s }: FunctionMark): string =>
  [`${compact(busy)} busy`, `${compact(idle)} warm`, cold_per_s > 0 ? `${compact(cold_per_s)}/s cold` : ""].filter(Boolean).join(" · ");

export type BreakerState = "closed" | "open" | "half-open";
export interface BreakerMark {
  state: BreakerState;
  open: number;
  halfOpen: number;
  callers: number;
  probes_in_s: number;
}

export function breakerMark(frames: Frames, row: number, edge: string): BreakerMark | null {
  if (!frames.hasMark(edge, "open")) return null;
  const [open, halfOpen] = [frames.mark(row, edge, "open") || 0, frames.mark(row, edge, "half_open") || 0];
  const callers = Math.max(frames.mark(row, edge, "callers") || 0, open + halfOpen);
  return { state: open > 0 ? "open" : halfOpen > 0 ? "half-open" : "closed", open, halfOpen, callers, probes_in_s: frames.mark(row, edge, "probes_in_s") };
}

/** "open 3/6 · 4 s": at how many callers, and when the first of them probes. */
export function breakerWords({ state, open, halfOpen, callers, probes_in_s }: BreakerMark): string {
  if (state === "closed") return "closed";
  const several = callers > 1 ? ` ${state === "open" ? open : halfOpen}/${callers}` : "";
  return `${state}${several}${state === "open" && Number.isFinite(probes_in_s) ? ` · ${Math.max(0, Math.ceil(probes_in_s))} s` : ""}`;
}

/** How many attempts a node sends for each call of its own: 1 without a retry; NaN while it calls nobody. */
export function amplification(frames: Frames, row: number, calls: string[]): number {
  let attempts = 0;
  let first = 0;
  for (const id of calls) {
    const edge = frames.edgeIndex.get(id);
    if (edge === undefined) continue;
    const rate = frames.edges.at(row, edge, "rate") || 0;
    attempts += rate;
    first += rate - (frames.edges.at(row, edge, "retries") || 0);
  }
  return first > 0 ? attempts / first : NaN;
}

export const amplificationWords = (factor: number): string => `× ${factor.toFixed(1)} attempts`;

/** Of a caller's cached DNS answers, the share that is out of date, worst name first. */
export function staleMark(frames: Frames, row: number, calls: string[]): { share: number; ttl_s: number } | null {
  let worst: { share: number; ttl_s: number } | null = null;
  for (const id of calls) {
    const share = frames.mark(row, id, "stale");
    if (share > (worst?.share ?? 0)) worst = { share, ttl_s: Number(frames.factsOf(id).ttl_s) };
  }
  return worst;
}

export const staleWords = ({ share, ttl_s }: { share: number; ttl_s: number }): string => `${percent(share)} stale · TTL ${duration(ttl_s)}`;

export interface LagMark {
  lag_s: number;
  writes: number;
  paused: boolean;
}

export function lagMark(frames: Frames, row: number, instance: string): LagMark | null {
  const lag_s = frames.mark(row, instance, "lag_s");
  return Number.isFinite(lag_s) ? { lag_s, writes: frames.mark(row, instance, "lag_writes") || 0, paused: frames.mark(row, instance, "paused") > 0.5 } : null;
}

/** Behind by more than the objective allows, or by more than half of it; without an objective nothing is judged. */
export const lagState = (lag_s: number, rpo_s: number | undefined): "ok" | "strained" | "failing" =>
  rpo_s === undefined ? "ok" : lag_s > rpo_s ? "failing" : lag_s > rpo_s / 2 ? "strained" : "ok";

/** Writes are at risk where this copy is what would be promoted; else they are merely behind. */
export function lagWords({ lag_s, writes, paused }: LagMark, atRisk: boolean): string {
  const many = writes >= 1 ? ` · ${compact(writes)} write${writes >= 1.5 ? "s" : ""} ${atRisk ? "at risk" : "behind"}` : "";
  return `${paused ? "paused, " : ""}lag ${duration(lag_s)}${many}`;
}

/** Everything special of a node in one line, for the table and for who listens. */
export function nodeWords(frames: Frames, row: number, id: string, calls: string[]): string {
  const [queue, cache, fn] = [queueMark(frames, row, id), cacheMark(frames, row, id), functionMark(frames, row, id)];
  const words: string[] = [];
  if (queue) words.push(`${compact(queue.waiting)} waiting`, `${compact(queue.inFlight)} in flight`, queueWords(queue), deadWords(queue));
  else if (frames.hasMark(id, "in_flight")) words.push(topicWords(frames, row, id));
  if (cache) words.push(cache.cold ? "cold" : "", cacheWords(cache));
  if (fn) words.push(functionWords(fn));
  const factor = amplification(frames, row, calls);
  if (factor >= 1.1) words.push(amplificationWords(factor));
  const stale = staleMark(frames, row, calls);
  if (stale && stale.share >= 0.005) words.push(staleWords(stale));
  const lag = worstLag(frames, row, id);
  if (lag) words.push(lagWords(lag, false));
  const wanted = frames.mark(row, id, "wanted");
  if (Number.isFinite(wanted)) words.push(`${wanted} wanted`);
  return words.filter(Boolean).join(", ");
}

/** The copy of a store that is furthest behind. */
export function worstLag(frames: Frames, row: number, id: string): LagMark | null {
  let worst: LagMark | null = null;
  for (const { node, index } of frames.meta.instances) {
    const lag = node === id ? lagMark(frames, row, `${node}[${index}]`) : null;
    if (lag && (lag.lag_s > 0 || lag.paused) && (!worst || lag.lag_s > worst.lag_s)) worst = lag;
  }
  return worst;
}
