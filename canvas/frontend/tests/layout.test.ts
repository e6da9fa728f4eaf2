import { describe, expect, test } from "vitest";
import { autoPoints, depths } from "../src/layout/auto";
import { freeY } from "../src/layout/free";
import { arrange, materialise, spotAt } from "../src/layout/geometry";
import { arcTable, edgeCurve, edgeLine } from "../src/flow/path";
import { addAz, setPoint } from "../src/document/edits";
import type { Scenario } from "../src/document/types";
import { catalogue, shop } from "./fixtures";

const overlap = (a: { x: number; y: number; w: number; h: number }, b: typeof a): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe("geometry", () => {
  test("lanes of a Region are equally wide and side by side", () => {
    const { lanes } = arrange(shop(), catalogue);
    const [a, b] = [lanes.get("us-east-1a")!, lanes.get("us-east-1b")!];
    expect(a.w).toBe(b.w);
    expect(b.x).toBeGreaterThan(a.x + a.w);
    expect(a.y).toBe(b.y);
  });

  test("a card over several AZs spans their lanes, a regional one the whole Region", () => {
    const { cards, lanes } = arrange(shop(), catalogue);
    const web = cards.get("web")!;
    expect(web.x).toBeGreaterThan(lanes.get("us-east-1a")!.x);
    expect(web.x + web.w).toBeLessThan(lanes.get("us-east-1b")!.x + lanes.get("us-east-1b")!.w);
    expect(web.w).toBeGreaterThan(lanes.get("us-east-1a")!.w);
    expect(cards.get("front")!.w).toBe(web.w);
  });

  test("a card reaches to its read replicas of the same Region", () => {
    const doc = shop();
    doc.nodes[2] = { ...doc.nodes[2], azs: ["us-east-1a"] };
    const alone = arrange(doc, catalogue).cards.get("web")!;
    doc.nodes[2] = { ...doc.nodes[2], replica_azs: ["us-east-1b", "eu-west-1a"] };
    const { cards } = arrange(doc, catalogue);
    expect(cards.get("web")!.w).toBeGreaterThan(2 * alone.w);
    expect(cards.get("web")!.place!.azs).toEqual(["us-east-1a"]);
  });

  test("without any points nothing overlaps and every card lies in its Region", () => {
    const { cards, regions } = arrange(shop(), catalogue);
    const all = [...cards.values()];
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
    const region = regions.get("us-east-1")!;
    for (const id of ["front", "web", "orders"]) {
      const card = cards.get(id)!;
      expect(card.x >= region.x && card.x + card.w <= region.x + region.w && card.y + card.h <= region.y + region.h).toBe(true);
    }
    expect(overlap(cards.get("shoppers")!, region)).toBe(false);
  });

  test("two cards in one row of a lane widen all lanes and stand side by side in the order of their x", () => {
    const doc: Scenario = { ...shop(), nodes: [{ id: "b", kind: "service", azs: ["us-east-1a"] }, { id: "a", kind: "service", azs: ["us-east-1a"] }], layout: { b: [10, 100], a: [300, 110], "us-east-1": [0, 0] } };
    const { cards, lanes } = arrange(doc, catalogue);
    expect(cards.get("b")!.x).toBeLessThan(cards.get("a")!.x);
    expect(overlap(cards.get("a")!, cards.get("b")!)).toBe(false);
    expect(lanes.get("us-east-1a")!.w).toBe(lanes.get("us-east-1b")!.w);
  });

  test("writing down the points moves nothing", () => {
    const doc = shop();
    const before = arrange(doc, catalogue);
    const after = arrange(materialise(doc, before), catalogue);
    expect(after).toEqual(before);
  });

  test("a Region whose point is missing lies around its nodes", () => {
    const doc = { ...shop(), layout: { front: [420, 200], web: [420, 360], orders: [420, 520], shoppers: [420, 20] } as Scenario["layout"] };
    const { cards, regions } = arrange(doc, catalogue);
    expect(cards.get("front")!.y).toBe(200);
    expect(regions.get("us-east-1")!.y).toBeLessThan(200);
  });

  test("another AZ does not move the ones before it", () => {
    const before = arrange(shop(), catalogue);
    const doc = addAz(materialise(shop(), before), "us-east-1").doc;
    const after = arrange(doc, catalogue);
    expect(after.lanes.get("us-east-1a")).toEqual(before.lanes.get("us-east-1a"));
    expect(after.cards.get("web")).toEqual(before.cards.get("web"));
  });

  test("a point is over a lane, over the header, or outside", () => {
    const geometry = arrange(shop(), catalogue);
    const lane = geometry.lanes.get("us-east-1b")!;
    const region = geometry.regions.get("us-east-1")!;
    expect(spotAt(geometry, lane.x + 5, lane.y + 5)).toEqual({ on: "az", region: "us-east-1", az: "us-east-1b" });
    expect(spotAt(geometry, region.x + 5, region.y + 5)).toEqual({ on: "region", region: "us-east-1" });
    expect(spotAt(geometry, region.x - 50, region.y)).toEqual({ on: "outside" });
  });

  test("a card dropped onto another one comes to lie below it", () => {
    const doc = materialise(shop(), arrange(shop(), catalogue));
    const target = arrange(doc, catalogue).cards.get("orders")!;
    const withNew = setPoint({ ...doc, nodes: [...doc.nodes, { id: "new", kind: "service", azs: ["us-east-1a"] }] }, "new", [0, target.y]);
    const { cards } = arrange(freeY(withNew, catalogue, "new"), catalogue);
    expect(cards.get("new")!.y).toBeGreaterThanOrEqual(target.y + target.h);
  });
});

describe("automatic layout", () => {
  test("tiers follow the longest call path", () => {
    const doc = { ...shop(), edges: [...shop().edges!, { from: "front", to: "orders" }] };
    expect(Object.fromEntries(depths(doc))).toEqual({ shoppers: 0, front: 1, web: 2, orders: 3 });
  });

  test("a cycle does not hang it", () => {
    const doc = { ...shop(), edges: [{ from: "web", to: "orders" }, { from: "orders", to: "web" }] };
    expect(depths(doc).size).toBe(4);
  });

  test("Regions stand side by side", () => {
    const doc = { ...shop(), regions: [...shop().regions!, { id: "eu-west-1", azs: ["eu-west-1a"] }] };
    const points = autoPoints(doc, catalogue);
    const { regions } = arrange({ ...doc, layout: points }, catalogue);
    expect(overlap(regions.get("us-east-1")!, regions.get("eu-west-1")!)).toBe(false);
  });
});

describe("edges", () => {
  test("run straight down between cards that lie above each other", () => {
    const [x0, y0, , , , , x3, y3] = edgeCurve({ x: 0, y: 0, w: 400, h: 80 }, { x: 200, y: 140, w: 180, h: 80 });
    expect([x0, y0, x3, y3]).toEqual([290, 80, 290, 140]);
  });

  test("points of the table are equally far apart", () => {
    const table = arcTable(edgeLine({ x: 0, y: 0, w: 200, h: 80 }, { x: 300, y: 200, w: 200, h: 80 }), 10);
    const gaps = Array.from({ length: 10 }, (_, i) => Math.hypot(table[2 * i + 2] - table[2 * i], table[2 * i + 3] - table[2 * i + 1]));
    const mean = gaps.reduce((a, b) => a + b) / 10;
    gaps.forEach((gap) => expect(Math.abs(gap - mean) / mean).toBeLessThan(0.05));
  });
});
