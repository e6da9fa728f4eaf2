import { describe, expect, test } from "vitest";
import { Frames } from "../src/frames/frames";
import { edgeFlows, emissionOf, MAX_PER_CANVAS, MAX_PER_EDGE, speedOf } from "../src/frames/flow";
import { DIAMOND, DOT, eachParticle, RING } from "../src/frames/particles";
import { clock, compact, duration, eventText, percent } from "../src/frames/words";
import { handoverAt } from "../src/flow/crown-painter";
import { editOf, faultBars, phaseBars, shifted, ticks, timeAt } from "../src/panels/timeline-model";
import type { FrameMeta, RunFault } from "../src/protocol";

const FIELDS = ["rate", "ok", "failed", "retries", "p50_s", "p99_s", "cause"];

function framesOf(rows: number[][], edges = 1): Frames {
  const meta: FrameMeta = {
    id: "r", n: rows.length, dt: 1, node_ids: [], node_fields: [], edge_ids: Array.from({ length: edges }, (_, i) => `e${i}`), edge_fields: FIELDS, causes: ["timeout", "breaker_open"],
    instances: [], inst_fields: [], targets: [], target_fields: [], places: [], max_edge_rate: 1000,
  };
  const data = Float32Array.from(rows.flatMap((row) => Array.from({ length: edges }, () => row).flat()));
  return new Frames(meta, { edges: { getChild: () => ({ toArray: () => data }) } });
}
const steady = (n: number, row: number[]): number[][] => Array.from({ length: n }, () => row);

function dots(frames: Frames, x: number, pace = 1): { at: number; shape: number }[] {
  const out: { at: number; shape: number }[] = [];
  eachParticle(frames.flows[0], x, pace, frames.meta.causes, (at, shape) => out.push({ at, shape }));
  return out;
}

describe("particles", () => {
  test("speed falls from 2 to 0.15 edge lengths a second between 1 ms and 10 s", () => {
    expect([0, 0.001, 10, 60].map(speedOf)).toEqual([2, 2, 0.15, 0.15]);
    expect(speedOf(0.1)).toBeCloseTo(Math.sqrt(2 * 0.15), 9);
  });

  test("any traffic shows at least a dot in five seconds, and no edge carries more than 25", () => {
    expect(emissionOf(0, 1000, 1)).toBe(0);
    expect(emissionOf(0.01, 1000, 1)).toBe(0.2);
    expect(emissionOf(1000, 1000, 0.15)).toBeLessThanOrEqual(MAX_PER_EDGE * 0.15);
    expect(dots(framesOf(steady(100, [1000, 1000, 0, 0, 5, 10, -1])), 90).length).toBeLessThanOrEqual(MAX_PER_EDGE);
  });

  test("density is proportional to the rate", () => {
    const count = (rate: number): number => dots(framesOf(steady(60, [rate, rate, 0, 0, 0.1, 0.1, -1])), 50).length;
    expect(count(1000) / count(500)).toBeGreaterThan(1.5);
    expect(count(1000) / count(500)).toBeLessThan(2.6);
  });

  test("the picture depends on the playhead alone", () => {
    const frames = framesOf(steady(60, [700, 500, 200, 100, 0.05, 0.4, 0]));
    const first = dots(frames, 31.4);
    dots(frames, 55);
    dots(frames, 3);
    expect(dots(frames, 31.4)).toEqual(first);
  });

  test("dots move forward and lie on the edge", () => {
    const frames = framesOf(steady(60, [10, 10, 0, 0, 1, 1, -1]));
    for (const { at } of dots(frames, 40)) expect(at >= 0 && at <= 1).toBe(true);
    const [before, after] = [dots(frames, 40), dots(frames, 40.1)];
    expect(Math.max(...after.map((d) => d.at))).toBeGreaterThan(Math.min(...before.map((d) => d.at)));
  });

  test("failures are diamonds in their share, repeated attempts are rings", () => {
    const shapes = (row: number[]): number[] => Array.from({ length: 40 }, (_, i) => dots(framesOf(steady(100, row)), 20 + i * 1.7)).flat().map((d) => d.shape);
    const share = (row: number[], shape: number): number => shapes(row).filter((s) => s === shape).length / shapes(row).length;
    expect(share([1000, 1000, 0, 0, 0.1, 0.1, -1], DOT)).toBe(1);
    expect(share([1000, 500, 500, 0, 0.1, 0.1, 0], DIAMOND)).toBeGreaterThan(0.4);
    expect(share([1000, 1000, 0, 400, 0.1, 0.1, -1], RING)).toBeGreaterThan(0.3);
  });

  test("what follows an old DNS answer is hollow", () => {
    const frames = framesOf(steady(60, [1000, 1000, 0, 0, 0.1, 0.1, -1]));
    const [flow] = edgeFlows(frames.meta, frames.edges, () => 1);
    const shapes: number[] = [];
    eachParticle(flow, 40, 1, [], (_, shape) => shapes.push(shape));
    expect(shapes.length).toBeGreaterThan(0);
    expect(new Set(shapes)).toEqual(new Set([RING]));
  });

  test("what the breaker stops stays at the caller's end", () => {
    for (const { at } of dots(framesOf(steady(60, [1000, 0, 1000, 0, 0.1, 0.1, 1])), 40)) expect(at).toBeLessThan(0.1);
  });

  test("at ten times the speed an eye can follow as many dots", () => {
    const frames = framesOf(steady(600, [1000, 1000, 0, 0, 0.1, 0.1, -1]));
    expect(Math.abs(dots(frames, 400, 10).length - dots(frames, 400, 1).length)).toBeLessThanOrEqual(2);
  });

  test("a crowded canvas is thinned as a whole", () => {
    const frames = framesOf(steady(30, [1000, 1000, 0, 0, 10, 10, -1]), 60);
    let count = 0;
    for (const flow of frames.flows) count += eachParticle(flow, 29, 1, frames.meta.causes, () => undefined);
    expect(count).toBeLessThanOrEqual(MAX_PER_CANVAS * 1.05);
  });

  test("missing percentiles do not stop the traffic", () => {
    expect(dots(framesOf(steady(60, [100, 0, 100, 0, NaN, NaN, 0])), 40).length).toBeGreaterThan(0);
  });
});

describe("timeline", () => {
  const fault = (start_s: number, end_s: number | null): RunFault => ({ id: `${start_s}`, kind: "slow", target: "web", start_s, end_s, label: "Slow", sentence: "" });

  test("labels are round and few", () => {
    expect(ticks(600)).toEqual([0, 120, 240, 360, 480]);
    expect(ticks(60).length).toBeLessThanOrEqual(8);
    expect(ticks(86_400).length).toBeLessThanOrEqual(8);
  });

  test("overlapping faults lie in different rows", () => {
    expect(faultBars([fault(0, 100), fault(50, 200), fault(300, null)], 600).map((bar) => bar.row)).toEqual([0, 1, 0]);
    expect(faultBars([fault(300, null)], 600)[0]).toMatchObject({ left: 50, width: 50 });
  });

  test("phases follow each other in one row", () => {
    const bars = phaseBars([{ phase: "detect", node: "db", from_s: 10, to_s: 20 }, { phase: "decide", node: "db", from_s: 20, to_s: 30 }], 100);
    expect(bars.map((bar) => [bar.left, bar.width, bar.row])).toEqual([[10, 10, 0], [20, 10, 0]]);
  });

  test("a pointer beyond the ends means the ends", () => {
    expect([timeAt(-50, 0, 200, 600), timeAt(100, 0, 200, 600), timeAt(900, 0, 200, 600)]).toEqual([0, 300, 600]);
  });
});

test("numbers are written as people read them", () => {
  expect([0, 0.42, 12.3, 950, 1234, 34_567, 1_200_000, NaN].map(compact)).toEqual(["0", "0.4", "12", "950", "1.2k", "35k", "1.2M", "–"]);
  expect([0.0004, 0.0042, 0.045, 1.2, 75].map(duration)).toEqual(["400 µs", "4.2 ms", "45 ms", "1.2 s", "75 s"]);
  expect([0, 65, 3661].map(clock)).toEqual(["00:00", "01:05", "1:01:01"]);
  expect([0, 0.004, 0.5, 1].map(percent)).toEqual(["0 %", "0.4 %", "50 %", "100 %"]);
});

test("a node is named once in front of its event", () => {
  expect(eventText("front", "front: check 1 failed")).toEqual({ node: "front", text: "check 1 failed" });
  expect(eventText("orders", "orders[1] is the primary")).toEqual({ node: "orders", text: "orders[1] is the primary" });
  expect(eventText("front", "web[0] is out")).toEqual({ node: "front", text: "web[0] is out" });
});

describe("faults on the timeline", () => {
  const span = { start_s: 60, end_s: 120 };

  test("move by whole seconds with their length, and stay in the run", () => {
    expect(shifted(span, "move", 4.6, 600)).toEqual({ start_s: 65, end_s: 125 });
    expect(shifted(span, "move", -100, 600).start_s).toBe(0);
    expect(shifted(span, "move", 900, 600).start_s).toBe(599);
    expect(shifted({ start_s: 60, end_s: null }, "move", 1, 600)).toEqual({ start_s: 61, end_s: null });
  });

  test("end where they are dragged to, at least a second after they begin and at most with the run", () => {
    expect(shifted(span, "end", 4.6, 600).end_s).toBe(125);
    expect(shifted(span, "end", -500, 600).end_s).toBe(61);
    expect(shifted({ start_s: 60, end_s: null }, "end", -10, 600).end_s).toBe(590);
  });

  test("become an edit of the start or of the length", () => {
    expect(editOf(span, shifted(span, "move", 5, 600))).toEqual({ at_s: 65 });
    expect(editOf(span, shifted(span, "end", 5, 600))).toEqual({ for_s: 65 });
    expect(editOf(span, shifted(span, "move", 0.2, 600))).toBeNull();
  });
});

test("a handover lasts from the decision until every caller knows, and a later one is another", () => {
  const phase = (name: string, from_s: number, to_s: number) => ({ phase: name, node: "orders", from_s, to_s });
  const phases = [phase("detect", 60, 90), phase("decide", 90, 100), phase("promote", 100, 140), phase("propagate", 140, 145), phase("decide", 300, 310)];
  expect(handoverAt(phases, "orders", 80)).toBeNull();
  expect(handoverAt(phases, "orders", 120)).toMatchObject({ decided_s: 90, until_s: 145, promote: { to_s: 140 } });
  expect(handoverAt(phases, "orders", 150)).toBeNull();
  expect(handoverAt(phases, "orders", 320)).toMatchObject({ decided_s: 300, promote: undefined });
  expect(handoverAt(phases, "other", 120)).toBeNull();
});
