import type { Scenario } from "./types";

/** Documents are compared as text. Keys in another order, things left out and empty lists make no difference. */
export const fingerprint = (doc: Scenario): string =>
  JSON.stringify(doc, (_key, value: unknown) => {
    if (Array.isArray(value)) return value.length ? value : undefined;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

export const sameDrawing = (a: Scenario, b: Scenario): boolean => fingerprint({ ...a, faults: [] }) === fingerprint({ ...b, faults: [] });

export const sameFaults = (a: Scenario, b: Scenario): boolean =>
  fingerprint({ nodes: [], faults: a.faults ?? [] }) === fingerprint({ nodes: [], faults: b.faults ?? [] });
