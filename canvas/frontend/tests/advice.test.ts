import { describe, expect, test } from "vitest";
import { badgeOf, cured, findingsAt, type Finding } from "../src/document/advice";
import { View } from "../src/session/view";
import { shop } from "./fixtures";

const finding = (over: Partial<Finding>): Finding => ({
  rule: "r", title: "Title", severity: "low", nodes: [], edges: [], why: "Because.", advice: "Do it.", practice: "REL10-BP01", change: {},
  preset: null, variant: null, ...over,
});
const ALL = [finding({ severity: "high", nodes: ["orders"] }), finding({ severity: "medium", nodes: ["web"], edges: ["web->orders"] }), finding({ nodes: ["orders", "web"] })];

describe("advice", () => {
  test("a card's badge is that of its worst finding and counts them all", () => {
    expect(badgeOf(ALL, "orders")).toEqual({ severity: "high", count: 2, text: "Title (high): Do it.\nTitle (low): Do it." });
    expect(badgeOf(ALL, "web")?.severity).toBe("medium");
    expect(badgeOf(ALL, "front")).toBeNull();
  });

  test("belongs to nodes and to edges", () => {
    expect(findingsAt(ALL, "web->orders")).toEqual([ALL[1]]);
    expect(findingsAt(ALL, "web")).toEqual([ALL[1], ALL[2]]);
  });

  test("its cure replaces whole fields, takes away what is null and leaves the rest as it was", () => {
    const before = shop();
    const after = cured(before, { nodes: { orders: { primary_az: null, multi_az: true } }, edges: { "web->orders": { backoff: { exponential: 0.1 } } } });
    expect(after.nodes[3]).toEqual({ id: "orders", kind: "rds", region: "us-east-1", multi_az: true });
    expect(after.edges![2]).toEqual({ from: "web", to: "orders", backoff: { exponential: 0.1 } });
    expect(after.nodes[2]).toBe(before.nodes[2]);
    expect(before).toEqual(shop());
  });

  test("its cure adds a complete node and nothing for an id that is gone", () => {
    const after = cured(shop(), { nodes: { dead: { kind: "queue", retention_s: 60 }, gone: { instances: 3 } } });
    expect(after.nodes.slice(4)).toEqual([{ id: "dead", kind: "queue", retention_s: 60 }]);
  });

  test("pointing at something marks it and keeps the list open", () => {
    const view = new View(() => undefined);
    view.show("advice");
    view.point(["web", "web->orders"]);
    expect([view.tab, [...view.selected], view.revealed]).toEqual(["advice", ["web", "web->orders"], "web"]);
  });
});
