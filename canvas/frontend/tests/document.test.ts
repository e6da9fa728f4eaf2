import { describe, expect, test } from "vitest";
import { copy, paste } from "../src/document/clipboard";
import { callPath, connect, refusal } from "../src/document/connect";
import { addAz, addNode, addRegion, carryFaults, essence, remove, setNodeFields, setPoint } from "../src/document/edits";
import { idProblem, newAzId, newNodeId, newRegionId } from "../src/document/ids";
import { placeOf, placing, replacing } from "../src/document/placement";
import { rename, rewriter } from "../src/document/rename";
import { targetOf } from "../src/document/target";
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

test("undo keeps faults injected since and gives back those that fell with their target", () => {
  const before = shop();
  const after = { ...remove(before, { nodes: ["web"] }), faults: [{ id: "f3", kind: "slow", target: "orders", at_s: 5 }] };
  expect(carryFaults(after, before).faults!.map((fault) => fault.id)).toEqual(["f3", "f1", "f2"]);
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
