import type { Fields, Json } from "./document/types";

/** What Python says about kinds, fields and faults. Palette, inspector and fault menus are generated from this alone. */
export type FieldType = "number" | "integer" | "boolean" | "choice" | "text" | "azs" | "region" | "az" | "oneof" | "group";

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
  choices?: (string | { value: string; label: string })[] | null;
  source?: string | null;
  confidence?: "sourced" | "assumption" | null;
  nullable?: boolean;
  options?: Option[];
  fields?: Field[];
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
}

export type TargetType = "az" | "region" | "node" | "instance" | "edge";

export interface FaultKind {
  kind: string;
  label: string;
  sentence: string;
  targets: TargetType[];
  behaviours?: string[] | null;
  default_for_s: number;
  fields: Field[];
}

export interface Catalogue {
  kinds: Kind[];
  faults: FaultKind[];
  edge_fields: Field[];
  refuse: { [from: string]: { [to: string]: string } };
  tiers?: string[];
}

export const EMPTY_CATALOGUE: Catalogue = { kinds: [], faults: [], edge_fields: [], refuse: {} };

/** Whether a node works on requests itself, so that utilisation and queue mean something. */
export const serves = (behaviour: string): boolean => behaviour === "station" || behaviour === "store";

/** A kind the catalogue does not know still has to be drawn, e.g. from a newer document. */
export const unknownKind = (kind: string): Kind => ({
  kind, label: kind, category: "Other", glyph: "box", placement: "region", fields: [], faults: [], summary: "", behaviour: "station",
});

export const kindOf = (catalogue: Catalogue, kind: string): Kind =>
  catalogue.kinds.find((entry) => entry.kind === kind) ?? unknownKind(kind);

export function byCategory(kinds: Kind[]): [category: string, kinds: Kind[]][] {
  const groups = new Map<string, Kind[]>();
  for (const kind of kinds) groups.set(kind.category, [...(groups.get(kind.category) ?? []), kind]);
  return [...groups];
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
