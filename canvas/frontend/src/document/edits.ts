import type { Kind } from "../catalogue";
import { newAzId, newNodeId, newRegionId } from "./ids";
import { edgeId, type Fault, type Fields, type Json, type Node, type Point, type Scenario, type Variant } from "./types";

/** Every edit is a pure function from document to document; the session adds history and sends the result. */

const withoutUnset = <T extends Fields>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

export const setPoint = (doc: Scenario, id: string, point: Point): Scenario => ({
  ...doc,
  layout: { ...doc.layout, [id]: [Math.round(point[0]), Math.round(point[1])] },
});

export function addNode(doc: Scenario, kind: Kind, place: Fields, point: Point): { doc: Scenario; id: string } {
  const id = newNodeId(doc, kind.kind);
  const node = withoutUnset({ id, kind: kind.kind, ...kind.create, ...place }) as Node;
  return { doc: setPoint({ ...doc, nodes: [...doc.nodes, node] }, id, point), id };
}

export function addRegion(doc: Scenario, point: Point, azs = 2): { doc: Scenario; id: string } {
  const id = newRegionId(doc);
  const letters = "abcdef".slice(0, azs).split("");
  const region = { id, azs: letters.map((letter) => id + letter) };
  return { doc: setPoint({ ...doc, regions: [...(doc.regions ?? []), region] }, id, point), id };
}

export function addAz(doc: Scenario, regionId: string): { doc: Scenario; id: string } {
  const region = doc.regions?.find((entry) => entry.id === regionId);
  if (!region) return { doc, id: "" };
  const id = newAzId(doc, region);
  const regions = doc.regions!.map((entry) => (entry === region ? { ...entry, azs: [...entry.azs, id] } : entry));
  return { doc: { ...doc, regions }, id };
}

export function setNodeFields(doc: Scenario, id: string, set: Fields): Scenario {
  return { ...doc, nodes: doc.nodes.map((node) => (node.id === id ? withoutUnset({ ...node, ...set }) : node)) };
}

export function setEdgeFields(doc: Scenario, id: string, set: Fields): Scenario {
  return { ...doc, edges: doc.edges?.map((edge) => (edgeId(edge) === id ? withoutUnset({ ...edge, ...set }) : edge)) };
}

export interface Doomed {
  nodes?: string[];
  edges?: string[];
  regions?: string[];
  azs?: string[];
}

/** Removes things together with all that refers to them: a Region takes its nodes along, an AZ those that sit in it alone. */
export function remove(doc: Scenario, doomed: Doomed): Scenario {
  const regions = new Set(doomed.regions);
  const azs = new Set(doomed.azs);
  for (const region of doc.regions ?? []) if (regions.has(region.id)) region.azs.forEach((az) => azs.add(az));
  const nodes = new Set(doomed.nodes);
  for (const node of doc.nodes) if (loses(node, regions, azs)) nodes.add(node.id);
  const edges = new Set(doomed.edges);
  for (const edge of doc.edges ?? []) if (nodes.has(edge.from) || nodes.has(edge.to)) edges.add(edgeId(edge));

  const gone = (reference: unknown): boolean => {
    if (typeof reference !== "string") return false;
    const node = reference.replace(/\[\d+\]$/, "");
    return nodes.has(node) || edges.has(reference) || regions.has(reference) || azs.has(reference);
  };
  return {
    ...doc,
    nodes: doc.nodes.filter((node) => !nodes.has(node.id)).map((node) => withoutPlaces(node, new Set([...azs, ...regions]))),
    ...(doc.regions && {
      regions: doc.regions
        .filter((region) => !regions.has(region.id))
        .map((region) => ({ ...region, azs: region.azs.filter((az) => !azs.has(az)) })),
    }),
    ...(doc.edges && { edges: doc.edges.filter((edge) => !edges.has(edgeId(edge))) }),
    ...(doc.faults && { faults: doc.faults.filter((fault) => !faultGone(fault, gone)) }),
    ...(doc.expect && { expect: doc.expect.filter((item) => !gone(item.node) && !gone(item.edge)) }),
    ...(doc.variants && { variants: doc.variants.map((variant) => withoutReferences(variant, gone)) }),
    ...(doc.layout && { layout: Object.fromEntries(Object.entries(doc.layout).filter(([id]) => !gone(id))) }),
  };
}

function loses(node: Node, regions: ReadonlySet<string>, azs: ReadonlySet<string>): boolean {
  if (typeof node.region === "string" && regions.has(node.region)) return true;
  if (typeof node.az === "string" && azs.has(node.az)) return true;
  return Array.isArray(node.azs) && node.azs.length > 0 && node.azs.every((az) => azs.has(az as string));
}

/** Lists of AZs or Regions; one that loses its last goes with it, as `azs` of a node that stays has others left. */
const PLACES: ReadonlySet<string> = new Set(["azs", "replica_azs", "replica_regions"]);

function withoutPlaces(node: Node, azs: ReadonlySet<string>): Node {
  const hit = Object.entries(node).filter(([name, value]) => PLACES.has(name) || (typeof value === "string" && azs.has(value)));
  if (!hit.length) return node;
  const set: Fields = {};
  for (const [name, value] of hit) {
    const left = Array.isArray(value) ? (value as Json[]).filter((place) => !azs.has(place as string)) : [];
    set[name] = left.length ? left : undefined;
  }
  return withoutUnset({ ...node, ...set, id: node.id, kind: node.kind });
}

const faultGone = (fault: Fault, gone: (reference: unknown) => boolean): boolean =>
  gone(fault.target) || (Array.isArray(fault.between) && fault.between.some(gone));

function withoutReferences(variant: Variant, gone: (reference: unknown) => boolean): Variant {
  const change = Object.fromEntries(
    Object.entries(variant.change ?? {}).map(([section, patch]) => {
      if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return [section, patch];
      return [section, Object.fromEntries(Object.entries(patch).filter(([id]) => !gone(id)))];
    }),
  );
  return { ...variant, ...(variant.change && { change }), ...(variant.expect && { expect: variant.expect.filter((e) => !gone(e.node) && !gone(e.edge)) }) };
}

/** What can change without changing a run. Faults have their own way: they branch it. */
const LOOKS = new Set(["layout", "title", "story", "reading", "expect", "objectives", "variants", "seed", "faults"]);

/** What a run depends on, as text: two documents with the same essence give the same frames. */
export function essence(doc: Scenario): string {
  return JSON.stringify(doc, (key, value: unknown) => (LOOKS.has(key) ? undefined : value));
}
