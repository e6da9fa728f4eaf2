import { fingerprint } from "../document/compare";
import type { Scenario } from "../document/types";

const DEEPEST = 200;

/** Undo and redo over whole documents with their faults: they share structure, so a hundred steps cost little. */
export class History {
  private past: Scenario[] = [];
  private future: Scenario[] = [];

  push(before: Scenario): void {
    this.past.push(before);
    if (this.past.length > DEEPEST) this.past.shift();
    this.future = [];
  }

  undo(current: Scenario): Scenario | null {
    return this.step(this.past, this.future, current);
  }

  redo(current: Scenario): Scenario | null {
    return this.step(this.future, this.past, current);
  }

  clear(): void {
    this.past = [];
    this.future = [];
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  private step(from: Scenario[], to: Scenario[], current: Scenario): Scenario | null {
    let restored = from.pop();
    // A step that was refused changed nothing: going back over it would be seen as an undo that does nothing.
    while (restored && fingerprint(restored) === fingerprint(current)) restored = from.pop();
    if (!restored) return null;
    to.push(current);
    return restored;
  }
}
