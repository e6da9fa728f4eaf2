import type { FaultKind } from "../catalogue";

/** Faults under one heading. Those of a library stay folded until wanted. */
export interface FaultGroup {
  title: string;
  folded: boolean;
  faults: FaultKind[];
}

/** Whether a fault is what a person looks for: every word is in its name, its heading or its sentence. */
export function isSought(fault: FaultKind, wanted: string): boolean {
  const text = `${fault.label} ${fault.kind.replaceAll(/[_:-]/g, " ")} ${fault.kind} ${fault.library ?? ""} ${fault.group ?? ""} ${fault.sentence}`.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Faults by heading. The catalogue names what people reach for first, so a heading stands where the first of its faults does; of what was
 *  sought, those come first whose own name has it. */
export function grouped(faults: FaultKind[], wanted = ""): FaultGroup[] {
  const words = wanted.trim().toLowerCase();
  const named = (fault: FaultKind): boolean => words !== "" && `${fault.label} ${fault.kind}`.toLowerCase().includes(words.split(/\s+/)[0]);
  const groups = new Map<string, FaultGroup>();
  for (const fault of [...faults.filter(named), ...faults.filter((entry) => !named(entry))]) {
    if (!isSought(fault, words)) continue;
    const title = fault.library ? `${fault.library} actions` : (fault.group ?? "Other");
    const group = groups.get(title) ?? { title, folded: !!fault.library && !words, faults: [] };
    group.faults.push(fault);
    groups.set(title, group);
  }
  return [...groups.values()];
}
