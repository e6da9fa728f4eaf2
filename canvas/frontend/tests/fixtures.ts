import type { Catalogue, Kind } from "../src/catalogue";
import type { Scenario } from "../src/document/types";

const kind = (name: string, placement: Kind["placement"], behaviour: string): Kind => ({
  kind: name, label: name, category: "Test", glyph: "box", placement, behaviour, fields: [], faults: [], summary: "",
});

export const catalogue: Catalogue = {
  kinds: [kind("clients", "outside", "source"), kind("alb", "region", "balancer"), kind("service", "azs", "station"), kind("rds", "region", "store"), kind("queue", "region", "queue")],
  faults: [
    { kind: "az_power_loss", label: "Power loss", sentence: "", targets: ["az"], default_for_s: 180, fields: [] },
    { kind: "slow", label: "Slow", sentence: "", targets: ["node", "instance"], behaviours: ["station", "store"], default_for_s: 60, fields: [] },
    { kind: "latency", label: "Latency", sentence: "", targets: ["edge"], default_for_s: 60, fields: [] },
  ],
  edge_fields: [],
  refuse: { alb: { clients: "Nothing calls clients." } },
};

export const shop = (): Scenario => ({
  faultline: 1,
  regions: [{ id: "us-east-1", azs: ["us-east-1a", "us-east-1b"] }],
  nodes: [
    { id: "shoppers", kind: "clients" },
    { id: "front", kind: "alb", region: "us-east-1" },
    { id: "web", kind: "service", azs: ["us-east-1a", "us-east-1b"], instances: 4 },
    { id: "orders", kind: "rds", region: "us-east-1", primary_az: "us-east-1a" },
  ],
  edges: [{ from: "shoppers", to: "front" }, { from: "front", to: "web" }, { from: "web", to: "orders" }],
  faults: [{ id: "f1", kind: "slow", target: "web[1]", at_s: 10 }, { id: "f2", kind: "latency", target: "web->orders", at_s: 20 }],
  expect: [{ metric: "utilisation", node: "web", at_most: 0.6 }],
  variants: [{ id: "one", change: { nodes: { web: { azs: ["us-east-1a"] } }, edges: { "web->orders": { attempts: 2 } } } }],
});
