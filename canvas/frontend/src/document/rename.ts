import type { Edge, Fault, Fields, Json, Point, Scenario, Variant } from "./types";

/** Renaming rewrites every reference, so that a document keeps its meaning: faults, layout, variants and expectations too. */

type Rewrite = (text: string) => string;

/** `web`, `web[2]`, `web->orders`, `us-east-1/eu-west-1`: each whole id in a reference is replaced, parts of ids are not. */
export function rewriter(from: string, to: string): Rewrite {
  return (text) =>
    text
      .split(/(->|\[\d+\]$|\/)/)
      .map((part) => (part === from ? to : part))
      .join("");
}

const REFERENCES = new Set(["azs", "az", "region", "primary_az", "standby_az", "replica_azs", "replica_regions", "witness_region", "secondary_origin", "dead_letter", "calls", "between", "target"]);

function rewriteValue(value: Json | undefined, rewrite: Rewrite): Json | undefined {
  if (typeof value === "string") return rewrite(value);
  if (Array.isArray(value)) return value.map((item) => rewriteValue(item, rewrite) as Json);
  return value;
}

function rewriteFields<T extends Fields>(fields: T, names: ReadonlySet<string>, rewrite: Rewrite): T {
  const out: Fields = {};
  for (const [name, value] of Object.entries(fields)) out[name] = names.has(name) ? rewriteValue(value, rewrite) : value;
  return out as T;
}

const rewriteKeys = <V>(record: { [key: string]: V }, rewrite: Rewrite): { [key: string]: V } =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [rewrite(key), value]));

function rewriteVariant(variant: Variant, rewrite: Rewrite): Variant {
  const change = Object.fromEntries(
    Object.entries(variant.change ?? {}).map(([section, patch]) => {
      if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return [section, patch];
      const renamed = rewriteKeys(patch, rewrite);
      const patched = Object.entries(renamed).map(([id, value]) =>
        value !== null && typeof value === "object" && !Array.isArray(value)
          ? [id, rewriteFields(value, REFERENCES, rewrite)]
          : [id, value],
      );
      return [section, Object.fromEntries(patched) as Json];
    }),
  );
  return { ...variant, ...(variant.change ? { change } : {}), ...(variant.expect ? { expect: rewriteExpect(variant.expect, rewrite) } : {}) };
}

const EXPECT_REFERENCES = new Set(["node", "edge", "fault"]);
const rewriteExpect = (expect: Fields[], rewrite: Rewrite): Fields[] =>
  expect.map((item) => rewriteFields(item, EXPECT_REFERENCES, rewrite));

function rewriteNetwork(network: unknown, rewrite: Rewrite): unknown {
  if (network === null || typeof network !== "object") return network;
  const record = network as { between_regions_s?: { [pair: string]: Json } };
  return record.between_regions_s ? { ...record, between_regions_s: rewriteKeys(record.between_regions_s, rewrite) } : network;
}

/** Renames a node, a Region or an AZ throughout the document. */
export function rename(doc: Scenario, from: string, to: string): Scenario {
  const rewrite = rewriter(from, to);
  const out: Scenario = {
    ...doc,
    nodes: doc.nodes.map((node) => ({ ...rewriteFields(node, REFERENCES, rewrite), id: rewrite(node.id) })),
  };
  if (doc.regions) out.regions = doc.regions.map((region) => ({ ...region, id: rewrite(region.id), azs: region.azs.map(rewrite) }));
  if (doc.edges) out.edges = doc.edges.map((edge): Edge => ({ ...edge, from: rewrite(edge.from), to: rewrite(edge.to) }));
  if (doc.faults) out.faults = doc.faults.map((fault): Fault => rewriteFields(fault, REFERENCES, rewrite));
  if (doc.variants) out.variants = doc.variants.map((variant) => rewriteVariant(variant, rewrite));
  if (doc.expect) out.expect = rewriteExpect(doc.expect, rewrite);
  if (doc.layout) out.layout = rewriteKeys<Point>(doc.layout, rewrite);
  if (doc.network) out.network = rewriteNetwork(doc.network, rewrite);
  return out;
}
