import type { Fault, Fields, Scenario } from "./types";

/** Faults are Python's to judge; the canvas does the same to its own copy at once, so that nobody waits to see it and undo knows it. */

/** What a fault is changed to; a length of null lets it last until the end. */
export interface FaultChange {
  at_s?: number;
  for_s?: number | null;
  params?: Fields;
}

/** `slow-1`, `slow-2`, …: the first name that no fault has. */
export function freshFaultId(faults: Fault[], kind: string): string {
  const taken = new Set(faults.map((fault) => fault.id));
  for (let n = 1; ; n++) if (!taken.has(`${kind}-${n}`)) return `${kind}-${n}`;
}

const written = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

export const addedFault = (fault: { id: string; kind: string; target: string } & FaultChange): Fault =>
  written({ id: fault.id, kind: fault.kind, target: fault.target, at_s: fault.at_s ?? 0, ...fault.params, for_s: fault.for_s }) as Fault;

export const changedFaults = (faults: Fault[], id: string, { at_s, for_s, params }: FaultChange): Fault[] =>
  faults.map((fault) => {
    if (fault.id !== id) return fault;
    return written({ ...fault, ...(at_s !== undefined && { at_s }), ...(for_s !== undefined && { for_s }), ...params }) as Fault;
  });

export function withFaults(doc: Scenario, faults: Fault[]): Scenario {
  const { faults: _before, ...rest } = doc;
  return (faults.length ? { ...rest, faults } : rest) as Scenario;
}
