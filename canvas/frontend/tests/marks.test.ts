import { describe, expect, test } from "vitest";
import { beadsOf } from "../src/flow/replication-painter";
import { flags, moreRow, tankLevel } from "../src/flow/more-painter";
import { fitting } from "../src/flow/pips";
import { hasDecided } from "../src/frames/decisions";
import { Frames } from "../src/frames/frames";
import {
  amplification, breakerMark, breakerWords, cacheMark, cacheWords, countWords, functionMark, functionWords, lagState, lagWords, lifeOf, nodeWords, queueMark, queueWords, staleMark, staleWords,
} from "../src/frames/mark-words";
import type { Facts, FrameMeta } from "../src/protocol";

type Values = { [mark: string]: number };

/** One row of a run with these marks; nodes have a queue, edges a rate and retries. */
function framesOf(marks: Values[], facts: { [item: string]: Facts } = {}, queues: Values = {}, edges: { [id: string]: [rate: number, retries: number] } = {}, instances: string[] = []): Frames {
  const names = Object.keys(marks[0] ?? {}).map((name) => name.split(" ") as [string, string]);
  const meta: FrameMeta = {
    id: "r", n: marks.length, dt: 1, node_ids: Object.keys(queues), node_fields: ["queue"], edge_ids: Object.keys(edges), edge_fields: ["rate", "retries", "p50_s", "p99_s", "cause", "failed"], causes: [],
    instances: instances.map((node, index) => ({ node, index, place: "a" })), inst_fields: [], targets: [], target_fields: [], places: [], max_edge_rate: 1, marks: names, facts,
  };
  const table = (values: number[]) => ({ getChild: () => ({ toArray: () => Float32Array.from(values) }) });
  return new Frames(meta, {
    nodes: table(marks.flatMap(() => Object.values(queues))), marks: table(marks.flatMap((row) => Object.values(row))),
    edges: table(marks.flatMap(() => Object.values(edges).flatMap(([rate, retries]) => [rate, retries, NaN, NaN, -1, 0]))),
  });
}

describe("instances", () => {
  test("on their way are counted apart, with the longest time that is left", () => {
    const life = (stage: number, left_s: number) => ({ stage, share: 0, left_s });
    expect(countWords(6, 8, [life(1, 42.2), life(1, 12), life(0, NaN)])).toBe("6/8, 2 warming 43 s");
    expect(countWords(3, 3, [])).toBe("3/3");
    expect(countWords(3, 3, [life(2, 19.5), life(3, NaN)])).toBe("3/3, 1 launching 20 s, 1 draining");
  });

  test("tell their stage, how far it is and what is left of it", () => {
    const frames = framesOf([{ "web[0] life": 2.25 }], { web: { launching_s: 40 } }, {}, {}, ["web"]);
    expect(lifeOf(frames, 0, 0)).toEqual({ stage: 2, share: 0.25, left_s: 30 });
    expect(lifeOf(framesOf([{}], {}, {}, {}, ["web"]), 0, 0)).toBeNull();
  });

  test("become small before they become a count, and are never more than 12", () => {
    expect(fitting(4, 212)).toEqual({ shown: 4, dense: false });
    expect(fitting(8, 212)).toEqual({ shown: 8, dense: true });
    expect(fitting(30, 212)).toEqual({ shown: 10, dense: true });
    expect(fitting(30, 900)).toEqual({ shown: 12, dense: true });
    expect(fitting(2, 106)).toEqual({ shown: 2, dense: false });
  });
});

describe("queues", () => {
  const facts = { jobs: { retention_s: 100, dead_letter: "lost" } };
  const jobs = (oldest_s: number, drain_s: number): Frames =>
    framesOf([{ "jobs in_flight": 40, "jobs oldest_s": oldest_s, "jobs drain_s": drain_s, "jobs dead": 3 }], facts, { jobs: 1200, lost: 12 });

  test("say the age of the oldest message and when a shrinking backlog is gone", () => {
    expect(queueWords(queueMark(jobs(12, 43), 0, "jobs")!)).toBe("oldest 12 s · drains in 43 s");
    expect(queueWords(queueMark(jobs(12, NaN), 0, "jobs")!)).toBe("oldest 12 s");
    expect(queueWords(queueMark(jobs(90, 43), 0, "jobs")!)).toBe("oldest 90 s · 90 % of retention");
  });

  test("show what lies in their dead-letter queue, else what was dropped", () => {
    expect(moreRow(jobs(12, 43), 0, "jobs")).toContain("12 in DLQ");
    const alone = framesOf([{ "jobs in_flight": 0, "jobs oldest_s": 1, "jobs drain_s": NaN, "jobs dead": 3 }], { jobs: { dead_letter: null } }, { jobs: 5 });
    expect(moreRow(alone, 0, "jobs")).toContain("3 dropped");
  });

  test("fill their tank by powers of ten", () => {
    expect([0, 9, 99, 999, 9999, 1e6].map(tankLevel)).toEqual([0, 0.25, 0.5, 0.75, 1, 1]);
  });

  test("read to the table in one line", () => {
    expect(nodeWords(jobs(12, 43), 0, "jobs", [])).toBe("1.2k waiting, 40 in flight, oldest 12 s · drains in 43 s, 12 in DLQ");
  });
});

test("a cache says how often it hits, how full it is and that it is cold", () => {
  const frames = framesOf([{ "hot hit_ratio": 0.94, "hot held": 2100, "hot cold": 1, "hot unflushed": 7 }], { hot: { places: 3000 } });
  expect(cacheWords(cacheMark(frames, 0, "hot")!)).toBe("hits 94 % · 2.1k of 3k keys · 7 unflushed");
  expect(moreRow(frames, 0, "hot")).toContain("cold</span>");
});

test("a function counts its environments and cold starts", () => {
  const frames = framesOf([{ "fn environments": 45, "fn busy": 13.6, "fn cold_per_s": 5 }], { fn: { most: 1000 } });
  expect(functionWords(functionMark(frames, 0, "fn")!)).toBe("14 busy · 31 warm · 5/s cold");
});

describe("circuit breakers", () => {
  const words = (open: number, half: number, callers: number, left: number): string =>
    breakerWords(breakerMark(framesOf([{ "a->b open": open, "a->b half_open": half, "a->b callers": callers, "a->b probes_in_s": left }]), 0, "a->b")!);

  test("say at how many callers they are open and when the first one probes", () => {
    expect(words(0, 0, 6, NaN)).toBe("closed");
    expect(words(3, 1, 6, 3.4)).toBe("open 3/6 · 4 s");
    expect(words(0, 2, 6, NaN)).toBe("half-open 2/6");
    expect(words(1, 0, 1, 5)).toBe("open · 5 s");
  });

  test("of callers that died are not more than there are", () => {
    expect(words(4, 0, 2, 5)).toBe("open 4/4 · 5 s");
  });
});

describe("replication", () => {
  test("is judged by the objective, and only where a copy would be promoted", () => {
    expect([2, 3, 6].map((lag) => lagState(lag, 5))).toEqual(["ok", "strained", "failing"]);
    expect(lagState(600, undefined)).toBe("ok");
    expect(lagWords({ lag_s: 3.2, writes: 14, paused: false }, true)).toBe("lag 3.2 s · 14 writes at risk");
    expect(lagWords({ lag_s: 60, writes: 1, paused: true }, false)).toBe("paused, lag 60 s · 1 write behind");
  });

  test("puts a bead more on the line for each doubling of the writes on their way", () => {
    expect([0, 1, 2, 3, 4, 1000].map(beadsOf)).toEqual([0, 1, 2, 2, 3, 7]);
  });
});

describe("callers", () => {
  const frames = framesOf([{ "web->db stale": 0.37, "web->pay stale": 0.1, "web wanted": 4 }, { "web->db stale": 0.37, "web->pay stale": 0.1, "web wanted": 6 }], { "web->db": { ttl_s: 60 } }, {}, { "web->db": [240, 140], "web->pay": [0, 0] });

  test("show how many attempts they make of one call", () => {
    expect(amplification(frames, 0, ["web->db", "web->pay"])).toBeCloseTo(2.4);
    expect(amplification(frames, 0, [])).toBeNaN();
  });

  test("show the largest share of stale answers with its TTL", () => {
    expect(staleWords(staleMark(frames, 0, ["web->pay", "web->db"])!)).toBe("37 % stale · TTL 60 s");
    expect(staleMark(frames, 0, [])).toBeNull();
  });

  test("fly a flag when their group has just been resized", () => {
    expect(flags(frames, 1, "web", ["web->db"])).toMatch(/\+2<.*× 2\.4 attempts<.*37 % stale/s);
    expect(flags(frames, 0, "web", [])).toBe("");
  });
});

test("whoever has just decided something is pointed out, longer when time runs fast", () => {
  const event = (t_s: number, kind: string, node: string) => ({ t_s, kind, node, text: "" });
  const events = [event(10, "unhealthy", "front"), event(10, "probe_failed", "dns")];
  expect([9, 10, 10.9, 11.1].map((t) => hasDecided(events, "front", t, 1))).toEqual([false, true, true, false]);
  expect(hasDecided(events, "front", 17, 10)).toBe(true);
  expect(hasDecided(events, "dns", 10, 1)).toBe(false);
});
