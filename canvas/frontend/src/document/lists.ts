import type { Field } from "../catalogue";
import { fieldStart, isRequired } from "./oneof";
import type { Json } from "./types";

/** Entries of a list field, such as the classes of requests: pure edits, so that the editor only draws. */
export type Entry = { [key: string]: Json };

export const entriesOf = (value: Json | undefined, fallback: Json | undefined): Entry[] => ((Array.isArray(value) ? value : fallback) ?? []) as Entry[];

const numberOf = (entry: Entry, field: Field): number => (typeof entry[field.name] === "number" ? (entry[field.name] as number) : 0);

/** Decimal fractions a person types add up with errors far below what anybody would write. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9;

export const sumOf = (entries: Entry[], field: Field): number => rounded(entries.reduce((sum, entry) => sum + numberOf(entry, field), 0));

/** The list with a fresh entry: names that are not taken, and of what has a fixed sum the rest, or half of the greatest. */
export function withEntry(fields: Field[], entries: Entry[]): Entry[] {
  const fresh: Entry = {};
  let kept = entries;
  for (const field of fields.filter(isRequired)) {
    const start = fieldStart(field);
    if (field.sums_to === undefined) {
      fresh[field.name] = typeof start === "string" ? untaken(start || field.name, entries.map((entry) => entry[field.name])) : start;
      continue;
    }
    const rest = rounded(field.sums_to - sumOf(entries, field));
    if (rest > 0 || !entries.length) {
      fresh[field.name] = rest;
      continue;
    }
    const greatest = entries.reduce((best, entry, i) => (numberOf(entry, field) > numberOf(entries[best], field) ? i : best), 0);
    const half = rounded(numberOf(entries[greatest], field) / 2);
    fresh[field.name] = half;
    kept = kept.map((entry, i) => (i === greatest ? { ...entry, [field.name]: rounded(numberOf(entry, field) - half) } : entry));
  }
  return [...kept, fresh];
}

function untaken(word: string, taken: Json[]): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? word : `${word}-${n}`;
    if (!taken.includes(name)) return name;
  }
}

/** What is wrong with the list as a whole, in words. */
export function listProblem(fields: Field[], entries: Entry[]): string {
  for (const field of fields) {
    const sum = sumOf(entries, field);
    if (field.sums_to !== undefined && entries.length && Math.abs(sum - field.sums_to) > 1e-6)
      return `${field.label} adds up to ${sum}, not ${field.sums_to}.`;
  }
  return "";
}

/** Words or numbers, one a line or with commas between. */
export const readWords = (text: string): string[] => text.split(/[\n,;]+/).map((word) => word.trim()).filter(Boolean);
