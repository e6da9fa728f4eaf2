import type { Fields, Json } from "./document/types";

/** What Python says about kinds, fields and faults. Palette, inspector and fault menus are generated from this alone. */
export type FieldType = "number" | "integer" | "boolean" | "choice" | "text" | "azs" | "any_azs" | "region" | "regions" | "az" | "oneof" | "group" | "list" | "numbers" | "words" | "pairs" | "node";

export interface Field {
  name: string;
  label: string;
  unit?: string | null;
  help?: string | null;
  type: FieldType;
  min?: number | null;
  max?: number | null;
  exclusive_min?: number | boolean | null;
  default?: Json;
  /** What a fresh value gets where there is no default. */
  start?: Json;
  /** Where an assumed value may well lie, from and to. */
  likely?: [number, number];
  choices?: (string | { value: string; label: string })[] | null;
  source?: string | null;
  confidence?: "sourced" | "assumption" | null;
  nullable?: boolean;
  options?: Option[];
  /** Of a group, or of each entry of a list. */
  fields?: Field[];
  /** Of a list: fewest and most entries, or how many it always has. */
  least?: number;
  most?: number;
  count?: number;
  /** What the values of this field add up to over all entries of its list. */
  sums_to?: number;
  /** Behaviour of the nodes to choose from. */
  of?: string;
}

/** One way to write a oneof field: `{key: …, …}`, a bare value (`scalar`), or the bare key when it has neither. */
export interface Option {
  key: string;
  label: string;
  fields?: Field[];
  scalar?: Field;
}

export type Placement = "outside" | "region" | "azs" | "az";

export interface Kind {
  kind: string;
  label: string;
  category: string;
  glyph: string;
  placement: Placement;
  /** Where a node sits that names no place: all AZs of the first Region, its first one, or the Region as a whole. */
  unplaced?: Placement;
  fields: Field[];
  faults: string[];
  summary: string;
  behaviour: string;
  create?: Fields;
  /** What the loss of an AZ, of a Region and of the control plane does to it: [which, sentence]. */
  losses?: [string, string][];
  limits?: Limit[];
  /** What of the real service is not simulated. */
  left_out?: string;
}

/** A bound of the real service: how it answers beyond it, and how that comes out here; `here` is empty when it is not simulated. */
export interface Limit {
  what: string;
  answer: string;
  here: string;
  source: string;
}

export type TargetType = "az" | "region" | "node" | "instance" | "edge";

export interface FaultKind {
  kind: string;
  label: string;
  sentence: string;
  targets: TargetType[];
  behaviours?: string[] | null;
  /** Whose name for it this is, e.g. "AWS FIS"; menus show these apart. */
  library?: string;
  /** The heading it stands under in menus. */
  group?: string;
  default_for_s: number;
  fields: Field[];
}

export interface Catalogue {
  kinds: Kind[];
  faults: FaultKind[];
  edge_fields: Field[];
  refuse: { [from: string]: { [to: string]: string } };
  tiers?: string[];
  /** Categories of the palette, in its order. */
  categories?: string[];
}

export const EMPTY_CATALOGUE: Catalogue = { kinds: [], faults: [], edge_fields: [], refuse: {} };

/** Whether a node works on requests itself, so that utilisation and queue mean something. */
export const serves = (behaviour: string): boolean => behaviour === "station" || behaviour === "store" || behaviour === "cache";

/** A kind the catalogue does not know still has to be drawn, e.g. from a newer document. */
export const unknownKind = (kind: string): Kind => ({
  kind, label: kind, category: "Other", glyph: "box", placement: "region", fields: [], faults: [], summary: "", behaviour: "station",
});

export const kindOf = (catalogue: Catalogue, kind: string): Kind =>
  catalogue.kinds.find((entry) => entry.kind === kind) ?? unknownKind(kind);

/** Kinds by category, categories in the given order and others after them in the order of their first kind. */
export function byCategory(kinds: Kind[], order: string[] = []): [category: string, kinds: Kind[]][] {
  const groups = new Map<string, Kind[]>(order.map((category) => [category, []]));
  for (const kind of kinds) groups.set(kind.category, [...(groups.get(kind.category) ?? []), kind]);
  return [...groups].filter(([, members]) => members.length);
}

/** Whether a kind is what a person looks for: every word is in its label, its name, its category or its summary. */
export function isFound(kind: Kind, wanted: string): boolean {
  const text = `${kind.label} ${kind.kind.replaceAll("_", " ")} ${kind.category} ${kind.summary}`.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Faults that can be injected into a target of this type; nodes and instances further narrow by what they do. */
export function offeredFaults(catalogue: Catalogue, type: TargetType, kind?: Kind): FaultKind[] {
  return catalogue.faults.filter((fault) => {
    if (!fault.targets.includes(type)) return false;
    if (!kind || (type !== "node" && type !== "instance")) return true;
    if (kind.faults.length && !kind.faults.includes(fault.kind)) return false;
    return !fault.behaviours?.length || fault.behaviours.includes(kind.behaviour);
  });
}
