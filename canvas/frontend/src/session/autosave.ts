import type { Scenario } from "../document/types";

/** The edited document survives a reload of the page in the browser's own storage; a full or forbidden storage is no error. */
interface Saved {
  version: 1;
  savedAt: number;
  doc: Scenario;
}

const keyOf = (instance: string): string => `faultline:drawing:${instance}`;

export function save(instance: string, doc: Scenario): void {
  const saved: Saved = { version: 1, savedAt: Date.now(), doc };
  try {
    localStorage.setItem(keyOf(instance), JSON.stringify(saved));
  } catch {
    // Private windows and full storages refuse; the document still lives in this tab and in Python.
  }
}

export function saved(instance: string): Scenario | null {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(instance)) ?? "null") as Saved | null;
    return found?.version === 1 && Array.isArray(found.doc?.nodes) ? found.doc : null;
  } catch {
    return null;
  }
}

export function forget(instance: string): void {
  try {
    localStorage.removeItem(keyOf(instance));
  } catch {
    // As above.
  }
}
