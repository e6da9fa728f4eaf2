import { edgeId, type Edge, type Fields, type Json, type Node, type Scenario } from "./types";

/** What the drawing shows that may hurt, as Python found it. `change` is the cure as a variant of the document would say it. */
export type Severity = "high" | "medium" | "low";
export interface Finding {
  rule: string;
  title: string;
  severity: Severity;
  nodes: string[];
  edges: string[];
  why: string;
  advice: string;
  practice: string;
  change: { nodes?: { [id: string]: Fields }; edges?: { [id: string]: Fields } };
  preset: string | null;
  variant: string | null;
}

export const SEVERITIES: Severity[] = ["high", "medium", "low"];

/** Findings about a node or an edge, the worst first, as they come. */
export const findingsAt = (findings: Finding[], id: string): Finding[] => findings.filter((finding) => finding.nodes.includes(id) || finding.edges.includes(id));

/** What the badge of a card says; empty for a node without findings. */
export function badgeOf(findings: Finding[], node: string): { severity: Severity; count: number; text: string } | null {
  const own = findings.filter((finding) => finding.nodes.includes(node));
  if (!own.length) return null;
  const severity = SEVERITIES.find((word) => own.some((finding) => finding.severity === word))!;
  return { severity, count: own.length, text: own.map((finding) => `${finding.title} (${finding.severity}): ${finding.advice}`).join("\n") };
}

/** The document with a finding's cure: fields replaced whole, `null` back to the default, complete entries added. */
export function cured(doc: Scenario, change: Finding["change"]): Scenario {
  const edges = change.edges ?? {};
  const nodes = change.nodes ?? {};
  const known = new Set(doc.nodes.map((node) => node.id));
  const added = Object.entries(nodes).filter(([id, fields]) => !known.has(id) && fields.kind).map(([id, fields]) => merged({ id } as unknown as Node, fields));
  return {
    ...doc,
    nodes: [...doc.nodes.map((node) => merged(node, nodes[node.id])), ...added],
    edges: doc.edges?.map((edge) => merged(edge as Edge & Fields, edges[edgeId(edge)])),
  };
}

function merged<T extends object>(item: T, fields: Fields | undefined): T {
  if (!fields) return item;
  const all: { [name: string]: Json | undefined } = { ...(item as object), ...fields };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => !(name in fields && value === null))) as T;
}
