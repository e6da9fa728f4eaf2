/** Sizes of the drawing in canvas pixels at zoom 1. */
export const CARD_W = 212;
export const CARD_GAP = 16;
export const LANE_PAD = 14;
export const LANE_GAP = 12;
export const LANE_HEAD = 26;
export const REGION_HEAD = 32;
export const REGION_PAD = 12;
export const REGION_MIN_H = 260;
/** As low as leaves room for the label of a line. */
export const ROW_GAP = 36;
export const GRID = 8;

const PLAIN_H = 68;
const WITH_PIPS_H = 88;
const WITH_BOTH_H = 106;
/** Below the numbers: a row of pips or belief chips, a row of what only this behaviour has, or both. */
const TALLER: { [behaviour: string]: number } = {
  station: WITH_PIPS_H, store: WITH_PIPS_H, balancer: WITH_PIPS_H, queue: WITH_PIPS_H, topic: WITH_PIPS_H, function: WITH_PIPS_H, cache: WITH_BOTH_H,
};

export const cardHeight = (behaviour: string): number => TALLER[behaviour] ?? PLAIN_H;

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
