/** The scenario document as Python keeps it: the canvas edits this very JSON and nothing else. Times in seconds. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = { [key: string]: Json | undefined };
export type Point = [x: number, y: number];

export interface Region extends Fields {
  id: string;
  azs: string[];
}
export type Node = Fields & { id: string; kind: string };
export type Edge = Fields & { from: string; to: string };
export type Fault = Fields & { kind: string; at_s: number; id?: string; target?: string; for_s?: number };

export interface Variant {
  id: string;
  title?: string;
  change?: { [section: string]: Json };
  expect?: Fields[];
  [key: string]: unknown;
}

export interface Scenario {
  faultline?: number;
  title?: string;
  story?: string;
  regions?: Region[];
  nodes: Node[];
  edges?: Edge[];
  faults?: Fault[];
  variants?: Variant[];
  expect?: Fields[];
  layout?: { [id: string]: Point };
  duration_s?: number;
  warmup_s?: number;
  seed?: number;
  [key: string]: unknown;
}

export const edgeId = (edge: { from: string; to: string }): string => `${edge.from}->${edge.to}`;

export const regionOfAz = (doc: Scenario, az: string): Region | undefined =>
  doc.regions?.find((region) => region.azs.includes(az));

/** Every id a new thing must differ from: nodes, Regions and AZs share one name space, because faults target all of them. */
export function takenIds(doc: Scenario): Set<string> {
  const places = (doc.regions ?? []).flatMap((region) => [region.id, ...region.azs]);
  return new Set([...doc.nodes.map((node) => node.id), ...places]);
}
