import type { Phase, RunFault } from "../protocol";

/** Where things lie on the timeline, in percent of its length, so that it needs no measuring and follows any width. */
export interface Bar {
  left: number;
  width: number;
  row: number;
}
export interface FaultBar extends Bar {
  fault: RunFault;
}
export interface PhaseBar extends Bar {
  phase: Phase;
}

const STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];

/** Times to label: a round step that gives at most `most` of them. */
export function ticks(duration_s: number, most = 8): number[] {
  const step = STEPS_S.find((s) => duration_s / s <= most) ?? 86_400;
  const out: number[] = [];
  for (let t = 0; t < duration_s - step * 0.35; t += step) out.push(t);
  return out;
}

export const share = (t_s: number, duration_s: number): number => (100 * Math.min(duration_s, Math.max(0, t_s))) / Math.max(1e-9, duration_s);

/** Bars that overlap in time lie in different rows, first come first row. */
export function faultBars(faults: RunFault[], duration_s: number): FaultBar[] {
  const ends: number[] = [];
  return [...faults]
    .sort((a, b) => a.start_s - b.start_s)
    .map((fault) => {
      const end_s = Math.min(duration_s, fault.end_s ?? duration_s);
      const left = share(fault.start_s, duration_s);
      let row = ends.findIndex((end) => end <= fault.start_s);
      if (row < 0) row = ends.length;
      ends[row] = Math.max(end_s, fault.start_s + duration_s * 0.06); // a label needs room beside a short bar
      return { fault, row, left, width: Math.max(0.4, share(end_s, duration_s) - left) };
    });
}

export function phaseBars(phases: Phase[], duration_s: number): PhaseBar[] {
  const ends: number[] = [];
  return [...phases]
    .filter((phase) => phase.to_s > phase.from_s)
    .sort((a, b) => a.from_s - b.from_s)
    .map((phase) => {
      let row = ends.findIndex((end) => end <= phase.from_s + 1e-9);
      if (row < 0) row = ends.length;
      ends[row] = phase.to_s;
      const left = share(phase.from_s, duration_s);
      return { phase, row, left, width: Math.max(0.25, share(phase.to_s, duration_s) - left) };
    });
}

/** What a drag or an arrow key does to a fault: move it as a whole, or its end alone. */
export type Grip = "move" | "end";
export interface Span {
  start_s: number;
  /** null = until the end of the run. */
  end_s: number | null;
}

/** A span moved by `by_s` to whole seconds, inside the run and at least a second long. */
export function shifted({ start_s, end_s }: Span, grip: Grip, by_s: number, duration_s: number): Span {
  if (grip === "end") return { start_s, end_s: Math.min(duration_s, Math.max(start_s + 1, Math.round((end_s ?? duration_s) + by_s))) };
  const start = Math.min(Math.max(0, Math.ceil(duration_s) - 1), Math.max(0, Math.round(start_s + by_s)));
  return { start_s: start, end_s: end_s === null ? null : start + end_s - start_s };
}

/** The edit that makes one span of another; null when there is nothing to change. */
export function editOf(before: Span, after: Span): { at_s?: number; for_s?: number } | null {
  if (after.start_s !== before.start_s) return { at_s: after.start_s };
  if (after.end_s !== null && after.end_s !== before.end_s) return { for_s: Math.round((after.end_s - after.start_s) * 1000) / 1000 };
  return null;
}

/** The time under a pointer. */
export const timeAt = (x: number, left: number, width: number, duration_s: number): number =>
  Math.min(duration_s, Math.max(0, ((x - left) / Math.max(1, width)) * duration_s));
