import { kindOf, type Catalogue } from "../catalogue";
import { edgeId, type Edge, type Scenario } from "./types";

/** Behaviours that take a message and answer at once: an edge into them ends the synchronous chain. */
const ASYNC_BEHAVIOURS = new Set(["buffer", "queue", "topic", "stream"]);
const ASYNC_KINDS = new Set(["publish", "consume", "replicate"]);

export function isSynchronous(doc: Scenario, catalogue: Catalogue, edge: Edge): boolean {
  if (typeof edge.kind === "string") return !ASYNC_KINDS.has(edge.kind);
  const target = doc.nodes.find((node) => node.id === edge.to);
  const source = doc.nodes.find((node) => node.id === edge.from);
  return ![source, target].some((node) => node && ASYNC_BEHAVIOURS.has(kindOf(catalogue, node.kind).behaviour));
}

/** The chain of synchronous calls from `start` to `goal`, both included, or null. */
export function callPath(doc: Scenario, catalogue: Catalogue, start: string, goal: string): string[] | null {
  const next = new Map<string, string[]>();
  for (const edge of doc.edges ?? [])
    if (isSynchronous(doc, catalogue, edge)) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const seen = new Set([start]);
  const walk = (at: string, path: string[]): string[] | null => {
    if (at === goal) return path;
    for (const to of next.get(at) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      const found = walk(to, [...path, to]);
      if (found) return found;
    }
    return null;
  };
  return walk(start, [start]);
}

/** Why `from` cannot call `to`, as a sentence for the person who tried; null when it can. */
export function refusal(doc: Scenario, catalogue: Catalogue, from: string, to: string): string | null {
  const source = doc.nodes.find((node) => node.id === from);
  const target = doc.nodes.find((node) => node.id === to);
  if (!source || !target) return "Connections run between two components.";
  if (from === to) return `${from} cannot call itself.`;
  if (doc.edges?.some((edge) => edge.from === from && edge.to === to)) return `${from} → ${to} is already connected.`;
  const sentence = catalogue.refuse[source.kind]?.[target.kind];
  if (sentence) return sentence;
  if (!isSynchronous(doc, catalogue, { from, to })) return null;
  const back = callPath(doc, catalogue, to, from);
  if (back) return `${from} → ${to} would close a cycle of synchronous calls: ${[from, ...back].join(" → ")}.`;
  return null;
}

export function connect(doc: Scenario, from: string, to: string): Scenario {
  return { ...doc, edges: [...(doc.edges ?? []), { from, to }] };
}

export const findEdge = (doc: Scenario, id: string): Edge | undefined => doc.edges?.find((edge) => edgeId(edge) === id);
