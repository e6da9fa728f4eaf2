import type { FrameMeta } from "../protocol";
import type { Block } from "./frames";

/**
 * Particles are drawn, not simulated: every dot's place is a pure function of the playhead, so scrubbing back shows the same picture.
 * Three integrals per edge do it. Dots leave when the emission integral passes a whole number, travel by the integral of speed,
 * and are drawn as an error or a retry when that integral passes a whole number in the same step.
 */
export interface EdgeFlow {
  emitted: Float64Array; // dots that left until the start of row i, at playback speed 1
  travelled: Float64Array; // edge lengths
  failed: Float64Array; // dots that ended as an error
  hollow: Float64Array; // dots that are a repeated attempt, or follow a DNS answer that is out of date
  straggle: Float32Array; // speed of the slowest 1 % relative to the median, per row
  cause: Int16Array; // index of the most frequent cause per row, -1 none
}

export const MAX_PER_EDGE = 25;
export const MAX_PER_CANVAS = 600;
/** Dots a second on the busiest edge at its busiest, at playback speed 1. */
const BUSIEST_PER_S = 8;
/** The thinnest trickle still shows one dot in five seconds. */
const LEAST_PER_S = 1 / 5;

const FAST_S = 0.001;
const SLOW_S = 10;
const FAST_SPEED = 2.0;
const SLOW_SPEED = 0.15;

/** Edge lengths a second for a latency, log-linear between 1 ms and 10 s. */
export function speedOf(latency_s: number): number {
  if (!(latency_s > 0)) return FAST_SPEED;
  const x = Math.log(Math.min(SLOW_S, Math.max(FAST_S, latency_s)) / FAST_S) / Math.log(SLOW_S / FAST_S);
  return FAST_SPEED * (SLOW_SPEED / FAST_SPEED) ** x;
}

/** Dots a second for a rate on a canvas whose busiest edge carries `max`; never so many that more than 25 are under way. */
export function emissionOf(rate: number, max: number, speed: number): number {
  if (!(rate > 0)) return 0;
  const wanted = Math.max(LEAST_PER_S, (BUSIEST_PER_S * rate) / Math.max(max, rate, 1e-9));
  return Math.min(wanted, MAX_PER_EDGE * speed);
}

/** Speed and emission of one edge in every row. */
interface Pace {
  speed: Float64Array;
  emission: Float64Array;
  straggle: Float32Array;
}

/** `astray`: of an edge in a row, the share of what is sent that follows an old answer. */
export function edgeFlows(meta: FrameMeta, edges: Block, astray: (row: number, edge: string) => number = () => 0): EdgeFlow[] {
  const paces = meta.edge_ids.map((_, e) => paceOf(meta, edges, e));
  const thin = thinning(meta.n, paces);
  return paces.map((pace, e) => flowOf(meta, edges, e, pace, thin, astray));
}

function paceOf(meta: FrameMeta, edges: Block, e: number): Pace {
  const { n } = meta;
  const pace = { speed: new Float64Array(n), emission: new Float64Array(n), straggle: new Float32Array(n) };
  let p50 = 0.01;
  let p99 = 0.01;
  for (let i = 0; i < n; i++) {
    // Percentiles are unknown (NaN) in seconds without an answer: the last known ones stand in.
    const median = edges.at(i, e, "p50_s");
    const tail = edges.at(i, e, "p99_s");
    if (median > 0) p50 = median;
    p99 = tail > 0 ? tail : Math.max(p99, p50);
    pace.speed[i] = speedOf(p50);
    pace.emission[i] = emissionOf(edges.at(i, e, "rate"), meta.max_edge_rate, pace.speed[i]);
    pace.straggle[i] = Math.max(0.3, speedOf(p99) / pace.speed[i]);
  }
  return pace;
}

/** One factor for the whole run that keeps the fullest second under the canvas's limit, so that relations stay true. */
function thinning(n: number, paces: Pace[]): number {
  let fullest = 0;
  for (let i = 0; i < n; i++) {
    let inFlight = 0;
    for (const { emission, speed } of paces) inFlight += emission[i] / speed[i];
    fullest = Math.max(fullest, inFlight);
  }
  return fullest > MAX_PER_CANVAS ? MAX_PER_CANVAS / fullest : 1;
}

function flowOf(
  { n, dt, edge_ids }: FrameMeta, edges: Block, e: number, { speed, emission, straggle }: Pace, thin: number, astray: (row: number, edge: string) => number,
): EdgeFlow {
  const sums = (): Float64Array => new Float64Array(n + 1);
  const flow: EdgeFlow = { emitted: sums(), travelled: sums(), failed: sums(), hollow: sums(), straggle, cause: new Int16Array(n) };
  for (let i = 0; i < n; i++) {
    const rate = edges.at(i, e, "rate");
    const share = (field: string): number => (rate > 0 ? Math.min(1, Math.max(0, edges.at(i, e, field) / rate)) : 0);
    const leaving = emission[i] * thin * dt;
    flow.emitted[i + 1] = flow.emitted[i] + leaving;
    flow.travelled[i + 1] = flow.travelled[i] + speed[i] * dt;
    flow.failed[i + 1] = flow.failed[i] + leaving * share("failed");
    flow.hollow[i + 1] = flow.hollow[i] + leaving * Math.min(1, share("retries") + (astray(i, edge_ids[e]) || 0));
    flow.cause[i] = edges.at(i, e, "cause");
  }
  return flow;
}

/** Value of an integral between two rows; `x` is the playhead in rows. */
export function integral(values: Float64Array, x: number): number {
  const last = values.length - 1;
  if (x >= last) return values[last];
  const i = Math.max(0, Math.floor(x));
  return values[i] + (values[i + 1] - values[i]) * (x - i);
}
