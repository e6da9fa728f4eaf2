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

/** Cards with instances or targets have a second row of pips or belief chips. */
export const cardHeight = (behaviour: string): number =>
  behaviour === "station" || behaviour === "store" || behaviour === "balancer" ? WITH_PIPS_H : PLAIN_H;

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
