import { describe, expect, test } from "vitest";
import { copy, paste } from "../src/document/clipboard";
import { callPath, connect, refusal } from "../src/document/connect";
import { addAz, addNode, addRegion, essence, remove, setNodeFields, setPoint } from "../src/document/edits";
import { fingerprint, sameDrawing, sameFaults } from "../src/document/compare";
import { addedFault, changedFaults, freshFaultId, withFaults } from "../src/document/faults";
import { idProblem, newAzId, newNodeId, newRegionId } from "../src/document/ids";
import { placeOf, placing, replacing, residence } from "../src/document/placement";
import { rename, rewriter } from "../src/document/rename";
import { targetOf } from "../src/document/target";
import type { Field, Kind } from "../src/catalogue";
import type { Scenario } from "../src/document/types";
import { catalogue, shop } from "./fixtures";

const kindNamed = (name: string) => catalogue.kinds.find((kind) => kind.kind === name)!;

describe("renaming", () => {
  test("rewrites edges, faults, layout, variants and expectations", () => {
    const doc = rename(setPoint(shop(), "web", [1, 2]), "web", "shop");
    expect(doc.nodes.map((node) => node.id)).toEqual(["shoppers", "front", "shop", "orders"]);
    expect(doc.edges).toEqual([{ from: "shoppers", to: "front" }, { from: "front", to: "shop" }, { from: "shop", to: "orders" }]);
    expect(doc.faults!.map((fault) => fault.target)).toEqual(["shop[1]", "shop->orders"]);
    expect(doc.layout).toEqual({ shop: [1, 2] });
    expect(doc.variants![0].change).toEqual({ nodes: { shop: { azs: ["us-east-1a"] } }, edges: { "shop->orders": { attempts: 2 } } });
    expect(doc.expect![0].node).toBe("shop");
  });

  test("leaves ids alone that merely contain the old one", () => {
    expect(rewriter("web", "shop")("webhook->web")).toBe("webhook->shop");
    expect(rewriter("us-east-1", "east")("us-east-1a")).toBe("us-east-1a");
  });

  test("of an AZ reaches placements and their variants", () => {
    const doc = rename(shop(), "us-east-1a", "east-a");
    expect(doc.regions![0].azs).toEqual(["east-a", "us-east-1b"]);
    expect(doc.nodes[2].azs).toEqual(["east-a", "us-east-1b"]);
    expect(doc.nodes[3].primary_az).toBe("east-a");
    expect(doc.variants![0].change!.nodes).toEqual({ web: { azs: ["east-a"] } });
  });

  test("refuses taken names and names that would break references", () => {
    expect(idProblem(shop(), "web", "orders")).toMatch(/already taken/);
    expect(idProblem(shop(), "web", "us-east-1a")).toMatch(/already taken/);
    expect(idProblem(shop(), "web", "a->b")).toMatch(/cannot be a name/);
    expect(idProblem(shop(), "web", "web-2")).toBeNull();
  });
});

describe("connecting", () => {
  test("a node cannot call itself, twice, or what the catalogue refuses", () => {
    expect(refusal(shop(), catalogue, "web", "web")).toBe("web cannot call itself.");
    expect(refusal(shop(), catalogue, "front", "web")).toBe("front → web is already connected.");
    expect(refusal(shop(), catalogue, "front", "shoppers")).toBe("Nothing calls clients.");
  });

  test("a cycle of synchronous calls is named", () => {
    expect(refusal(shop(), catalogue, "orders", "front")).toBe(
      "orders → front would close a cycle of synchronous calls: orders → front → web → orders.",
    );
  });

  test("a queue in between breaks the cycle", () => {
    const doc = { ...shop(), nodes: [...shop().nodes, { id: "jobs", kind: "queue" }], edges: [{ from: "web", to: "jobs" }, { from: "jobs", to: "orders" }] };
    expect(refusal(doc, catalogue, "orders", "web")).toBeNull();
    expect(callPath(doc, catalogue, "web", "orders")).toBeNull();
  });

  test("adds the edge at the end", () => {
    expect(connect(shop(), "shoppers", "web").edges!.at(-1)).toEqual({ from: "shoppers", to: "web" });
  });
});

describe("placing", () => {
  test("a lane gives its AZ, the header all AZs, outside is refused with a sentence", () => {
    const service = kindNamed("service");
    expect(placing(shop(), service, { on: "az", region: "us-east-1", az: "us-east-1b" })).toMatchObject({ ok: true, set: { azs: ["us-east-1b"] } });
    expect(placing(shop(), service, { on: "region", region: "us-east-1" })).toMatchObject({ set: { azs: ["us-east-1a", "us-east-1b"] } });
    expect(placing(shop(), service, { on: "outside" })).toMatchObject({ ok: false });
    expect(placing({ nodes: [] }, service, { on: "outside" })).toMatchObject({ ok: false, offer: "region" });
  });

  test("clients stay outside", () => {
    expect(placing(shop(), kindNamed("clients"), { on: "az", region: "us-east-1", az: "us-east-1a" }).ok).toBe(false);
    expect(placing(shop(), kindNamed("clients"), { on: "outside" }).ok).toBe(true);
  });

  test("a node over several AZs keeps them when it moves inside its Region", () => {
    const doc = shop();
    expect(replacing(doc, kindNamed("service"), doc.nodes[2], { on: "az", region: "us-east-1", az: "us-east-1b" })).toEqual({ ok: true, set: {} });
  });

  test("a node without a place sits where the document's rule puts it", () => {
    expect(placeOf(shop(), { id: "x", kind: "service" }, kindNamed("service"))).toEqual({ region: "us-east-1", azs: ["us-east-1a"], first: 0, last: 0 });
    expect(placeOf(shop(), { id: "x", kind: "alb" }, kindNamed("alb"))).toMatchObject({ region: "us-east-1", first: 0, last: 1 });
    const group = { ...kindNamed("service"), unplaced: "azs" as const };
    expect(placeOf(shop(), { id: "x", kind: "service" }, group)?.azs).toEqual(["us-east-1a", "us-east-1b"]);
    expect(placeOf(shop(), { id: "x", kind: "service", region: "us-east-1" }, group)?.azs).toEqual(["us-east-1a", "us-east-1b"]);
    const empty: Scenario = { regions: [{ id: "r", azs: [] }], nodes: [] };
    expect(placeOf(empty, { id: "x", kind: "service" }, group)).toEqual({ region: "r", azs: [], first: 0, last: 0 });
  });

  test("an AZ holds instances spread over it and the members of stores, given or by default", () => {
    const field = (name: string, value?: boolean): Field => ({ name, label: name, type: "az", default: value });
    const rds: Kind = { ...kindNamed("rds"), fields: [field("multi_az", false), field("primary_az"), field("standby_az")] };
    const store: Kind = { ...kindNamed("service"), behaviour: "store", fields: [field("primary_az")] };
    const three: Scenario = { nodes: [], regions: [{ id: "r", azs: ["a", "b", "c"] }] };
    const of = (kind: Kind, node: object) => Object.fromEntries(residence(three, { id: "x", kind: kind.kind, ...node }, kind));
    expect(of(rds, {})).toEqual({ a: "primary" });
    expect(of(rds, { multi_az: true })).toEqual({ a: "primary", b: "standby" });
    expect(of(rds, { multi_az: true, primary_az: "c" })).toEqual({ c: "primary", a: "standby" });
    expect(of(rds, { multi_az: true, primary_az: "b", standby_az: "c" })).toEqual({ b: "primary", c: "standby" });
    expect(of(store, { azs: ["a", "c"], primary_az: "c" })).toEqual({ c: "primary", a: "standby" });
    expect(of(store, {})).toEqual({ a: "primary" });
    expect(of(kindNamed("service"), { azs: ["b", "c"] })).toEqual({ b: "", c: "" });
    expect(of({ ...kindNamed("service"), unplaced: "azs" }, {})).toEqual({ a: "", b: "", c: "" });
    expect([of(kindNamed("alb"), {}), of(kindNamed("clients"), {})]).toEqual([{}, {}]);
  });
});

describe("adding and removing", () => {
  test("ids are suggested and never clash", () => {
    expect(newRegionId(shop())).toBe("eu-west-1");
    expect(newAzId(shop(), shop().regions![0])).toBe("us-east-1c");
    expect(newNodeId({ nodes: [{ id: "ec2-asg", kind: "ec2_asg" }] }, "ec2_asg")).toBe("ec2-asg-2");
    expect(addAz(shop(), "us-east-1").doc.regions![0].azs).toHaveLength(3);
    expect(addRegion(shop(), [0, 0]).doc.regions![1]).toEqual({ id: "eu-west-1", azs: ["eu-west-1a", "eu-west-1b"] });
    expect(addNode(shop(), { ...kindNamed("service"), create: { instances: 2 } }, { azs: ["us-east-1a"] }, [3, 4]).doc.nodes.at(-1)).toEqual({
      id: "service", kind: "service", instances: 2, azs: ["us-east-1a"],
    });
  });

  test("a removed node takes its edges, faults, expectations and variant changes along", () => {
    const doc = remove(shop(), { nodes: ["web"] });
    expect(doc.edges).toEqual([{ from: "shoppers", to: "front" }]);
    expect(doc.faults).toEqual([]);
    expect(doc.expect).toEqual([]);
    expect(doc.variants![0].change).toEqual({ nodes: {}, edges: {} });
  });

  test("a removed AZ leaves nodes that have another one and unsets fields that named it", () => {
    const doc = remove(shop(), { azs: ["us-east-1a"] });
    expect(doc.regions![0].azs).toEqual(["us-east-1b"]);
    expect(doc.nodes[2].azs).toEqual(["us-east-1b"]);
    expect("primary_az" in doc.nodes[3]).toBe(false);
  });

  test("a removed Region takes its nodes along and leaves the clients", () => {
    expect(remove(shop(), { regions: ["us-east-1"] }).nodes.map((node) => node.id)).toEqual(["shoppers"]);
  });

  test("an unset field disappears from the document", () => {
    expect("instances" in setNodeFields(shop(), "web", { instances: undefined }).nodes[2]).toBe(false);
  });
});

test("copies keep the edges among them and get ids of their own", () => {
  const doc = shop();
  const pasted = paste(doc, copy(doc, new Set(["web", "orders"]), { web: [10, 20], orders: [10, 90] }), [5, 5]);
  expect(pasted.ids).toEqual(["web-2", "orders-2"]);
  expect(pasted.doc.edges!.at(-1)).toEqual({ from: "web-2", to: "orders-2" });
  expect(pasted.doc.layout).toEqual({ "web-2": [15, 25], "orders-2": [15, 95] });
});

describe("faults", () => {
  test("get the first name that is free", () => {
    expect(freshFaultId([], "slow")).toBe("slow-1");
    expect(freshFaultId([{ id: "slow-1", kind: "slow", at_s: 0 }], "slow")).toBe("slow-2");
  });

  test("are written as Python writes them: nothing that is unset", () => {
    const added = addedFault({ id: "slow-1", kind: "slow", target: "web", at_s: 5, for_s: null, params: { factor: 3 } });
    expect(added).toEqual({ id: "slow-1", kind: "slow", target: "web", at_s: 5, factor: 3 });
    const [moved] = changedFaults([{ ...added, for_s: 9 }], "slow-1", { at_s: 7, for_s: null, params: { factor: undefined } });
    expect(moved).toEqual({ id: "slow-1", kind: "slow", target: "web", at_s: 7 });
    expect("faults" in withFaults(shop(), [])).toBe(false);
  });
});

test("documents are the same whatever order they are written in, and whether empty lists are written", () => {
  const { nodes, ...rest } = shop();
  expect(fingerprint({ ...rest, nodes })).toBe(fingerprint(shop()));
  expect(fingerprint({ ...withFaults(shop(), []), faults: [] })).toBe(fingerprint(withFaults(shop(), [])));
  expect(sameDrawing(withFaults(shop(), []), shop())).toBe(true);
  expect(sameFaults(withFaults(shop(), []), shop())).toBe(false);
  expect(sameDrawing(setPoint(shop(), "web", [9, 9]), shop())).toBe(false);
});

test("moving a card does not change what a run depends on, a field does", () => {
  expect(essence(setPoint(shop(), "web", [9, 9]))).toBe(essence(shop()));
  expect(essence(setNodeFields(shop(), "web", { instances: 5 }))).not.toBe(essence(shop()));
});

test("a fault's target is read as what it names", () => {
  const types = ["us-east-1", "us-east-1a", "web", "web[2]", "web->orders"].map((id) => targetOf(shop(), catalogue, id)?.type);
  expect(types).toEqual(["region", "az", "node", "instance", "edge"]);
  expect(targetOf(shop(), catalogue, "nobody")).toBeNull();
});
