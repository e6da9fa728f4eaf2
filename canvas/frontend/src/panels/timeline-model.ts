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

const share = (t_s: number, duration_s: number): number => (100 * Math.min(duration_s, Math.max(0, t_s))) / Math.max(1e-9, duration_s);

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

/** The time under a pointer. */
export const timeAt = (x: number, left: number, width: number, duration_s: number): number =>
  Math.min(duration_s, Math.max(0, ((x - left) / Math.max(1, width)) * duration_s));
