import type { Field, Kind } from "../catalogue";
import type { Json, Node } from "../document/types";
import { compact } from "../frames/words";

/** What people read: the name if there is one, else the id. */
export const shownName = (node: Node): string => (typeof node.name === "string" && node.name ? node.name : node.id);

/** What a card says while nothing was simulated: its first numbers that say something, e.g. “6 instances · 8 slots”. */
export function designLine(node: Node, kind: Kind): string {
  const words = kind.fields.map((field) => said(field, node[field.name] ?? field.default)).filter((text) => text !== null);
  return words.slice(0, 2).join(" · ") || kind.category;
}

function said(field: Field, value: Json | undefined): string | null {
  if (value === 0) return null; // what is off is not worth a word
  if (typeof value === "number") return `${compact(value)} ${value === 1 ? singular(unitOf(field)) : unitOf(field)}`;
  if (field.type === "choice" && typeof value === "string") return value.replaceAll("_", " ");
  if (field.type === "oneof" && value !== null && typeof value === "object" && !Array.isArray(value)) {
    const [key, first] = Object.entries(value)[0] ?? [];
    return key && typeof first === "number" ? `${key.replaceAll("_", " ")} ${first} ${field.unit ?? ""}`.trim() : null;
  }
  return null;
}

/** “1 slot per instance”: labels name what is counted first, and in the plural. */
const singular = (counted: string): string => counted.replace(/^(\w+[^\Ws])s(?= per |$)/, "$1");

const unitOf = (field: Field): string => {
  const unit = field.unit ?? "";
  return unit && unit !== "1" && unit !== "count" ? unit : field.label.toLowerCase();
};
