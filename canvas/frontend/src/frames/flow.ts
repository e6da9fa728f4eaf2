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
  retried: Float64Array; // dots that are a repeated attempt
  straggle: Float32Array; // speed of the slowest 1 % relative to the median, per row
  cause: Int16Array; // index of the most frequent cause per row, -1 none
}

export const MAX_PER_EDGE = 25;
export const MAX_PER_CANVAS = 600;
/** Dots a second on the busiest edge at its busiest, at playback speed 1. */
const BUSIEST_PER_S = 14;
/** The thinnest trickle still shows one dot in five seconds. */
const LEAST_PER_S = 1 / 5;

const FAST_S = 0.001;
const SLOW_S = 10;
const FAST_SPEED = 2.0;
const SLOW_SPEED = 0.15;

/** Edge lengths a second for a latency, log-linear between 1 ms and 10 s (GRAMMAR: edge latency). */
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

export function edgeFlows(meta: FrameMeta, edges: Block): EdgeFlow[] {
  const { n, dt } = meta;
  const E = meta.edge_ids.length;
  const thin = thinning(meta, edges);
  return Array.from({ length: E }, (_, e) => {
    const flow: EdgeFlow = {
      emitted: new Float64Array(n + 1), travelled: new Float64Array(n + 1), failed: new Float64Array(n + 1), retried: new Float64Array(n + 1),
      straggle: new Float32Array(n), cause: new Int16Array(n),
    };
    let last = { p50: 0.01, p99: 0.01 };
    for (let i = 0; i < n; i++) {
      last = latency(edges, i, e, last);
      const rate = edges.at(i, e, "rate");
      const speed = speedOf(last.p50);
      const emission = emissionOf(rate, meta.max_edge_rate, speed) * thin;
      const share = (field: string): number => (rate > 0 ? Math.min(1, Math.max(0, edges.at(i, e, field) / rate)) : 0);
      flow.emitted[i + 1] = flow.emitted[i] + emission * dt;
      flow.travelled[i + 1] = flow.travelled[i] + speed * dt;
      flow.failed[i + 1] = flow.failed[i] + emission * share("failed") * dt;
      flow.retried[i + 1] = flow.retried[i] + emission * share("retries") * dt;
      flow.straggle[i] = Math.max(0.3, speedOf(last.p99) / speed);
      flow.cause[i] = edges.at(i, e, "cause");
    }
    return flow;
  });
}

/** Percentiles are unknown (NaN) in seconds without an answer: the last known ones stand in. */
function latency(edges: Block, row: number, edge: number, last: { p50: number; p99: number }): { p50: number; p99: number } {
  const p50 = edges.at(row, edge, "p50_s");
  const p99 = edges.at(row, edge, "p99_s");
  return { p50: p50 > 0 ? p50 : last.p50, p99: p99 > 0 ? p99 : Math.max(last.p99, p50 > 0 ? p50 : 0) };
}

/** One factor for the whole run that keeps the fullest second under the canvas's limit, so that relations stay true. */
function thinning(meta: FrameMeta, edges: Block): number {
  let fullest = 0;
  for (let i = 0; i < meta.n; i++) {
    let inFlight = 0;
    for (let e = 0; e < meta.edge_ids.length; e++) {
      const p50 = edges.at(i, e, "p50_s");
      const speed = speedOf(p50 > 0 ? p50 : 0.01);
      inFlight += emissionOf(edges.at(i, e, "rate"), meta.max_edge_rate, speed) / speed;
    }
    fullest = Math.max(fullest, inFlight);
  }
  return fullest > MAX_PER_CANVAS ? MAX_PER_CANVAS / fullest : 1;
}

/** Value of an integral between two rows; `x` is the playhead in rows. */
export function integral(values: Float64Array, x: number): number {
  const last = values.length - 1;
  if (x >= last) return values[last];
  const i = Math.max(0, Math.floor(x));
  return values[i] + (values[i + 1] - values[i]) * (x - i);
}
