import { integral, MAX_PER_EDGE, type EdgeFlow } from "./flow";

export const DOT = 0;
export const RING = 1; // a repeated attempt, or one that follows an old DNS answer
export const DIAMOND = 2; // an attempt that failed
export const SQUARE = 3; // a message nobody waits for

/** Causes that are decided before anything is sent: their diamonds stay at the caller's end. */
const AT_CALLER = new Set(["breaker_open", "bulkhead_full", "shed"]);
/** A failed dot rests at its end for this long, in edge lengths, before it fades. */
const REST = 0.3;
/** One dot in ten travels at the speed of the slowest 1 %, so that a long tail is seen as stragglers. */
const STRAGGLERS = 10;

export type Visit = (position: number, shape: number, fade: number) => void;

/**
 * Calls `visit` for every dot on an edge at playhead `x` (in rows). `pace` is the playback speed: at 10× time passes ten times as fast,
 * so both integrals are divided by it and a dot still crosses the screen at a speed the eye can follow.
 */
export function eachParticle(flow: EdgeFlow, x: number, pace: number, causes: string[], visit: Visit): number {
  const here = integral(flow.travelled, x) / pace;
  const newest = Math.floor(integral(flow.emitted, x) / pace);
  let row = Math.min(Math.floor(x), flow.cause.length - 1);
  let count = 0;
  for (let j = newest; j > newest - 4 * MAX_PER_EDGE && j > 0; j--) {
    const wanted = j * pace;
    while (row > 0 && flow.emitted[row] > wanted) row--;
    const left = rowOf(flow, row, wanted);
    const age = here - integral(flow.travelled, left) / pace;
    const slow = j % STRAGGLERS === 7 ? flow.straggle[row] : 1;
    if (age * 0.3 > 1 + REST) break;
    const shape = shapeOf(flow, left, j, pace);
    const moved = age * slow;
    if (moved > 1 + (shape === DIAMOND ? REST : 0)) continue;
    if (shape === DIAMOND && AT_CALLER.has(causes[flow.cause[row]])) {
      if (age < 0.5) visit(0.07, DIAMOND, 1 - age / 0.5);
    } else visit(Math.min(1, moved), shape, moved <= 1 ? 1 : 1 - (moved - 1) / REST);
    if (++count >= MAX_PER_EDGE) break;
  }
  return count;
}

/** When, in rows, the emission integral passed a value; `row` is the row in which it did. */
function rowOf(flow: EdgeFlow, row: number, wanted: number): number {
  const step = flow.emitted[row + 1] - flow.emitted[row];
  return step > 0 ? row + Math.min(1, Math.max(0, (wanted - flow.emitted[row]) / step)) : row;
}

/** The j-th dot is an error when the integral of errors passes a whole number between the departures of dots j − 1 and j. */
function shapeOf(flow: EdgeFlow, left: number, j: number, pace: number): number {
  const before = departure(flow, (j - 1) * pace, left);
  if (steps(flow.failed, before, left, pace)) return DIAMOND;
  return steps(flow.hollow, before, left, pace) ? RING : DOT;
}

function departure(flow: EdgeFlow, wanted: number, from: number): number {
  let row = Math.min(Math.floor(from), flow.cause.length - 1);
  while (row > 0 && flow.emitted[row] > wanted) row--;
  return rowOf(flow, row, wanted);
}

const steps = (values: Float64Array, from: number, to: number, pace: number): boolean =>
  Math.floor(integral(values, to) / pace) > Math.floor(integral(values, from) / pace);
