import type { Rect } from "../layout/geometry";
import { arcTable, edgeLine, roundedLine, stretchOf, type Line, type XY } from "./path";

/** How far a line keeps from the cards it goes round, and from those it belongs to while it turns. */
const CLEAR = 13;
const TURN = 17;
/** Lines through the same gap lie side by side. */
const BESIDE = 5;
/** A curve may touch a corner by this much before it counts as hidden. */
const TOUCH = 3;

/** So many gaps are tried, and the outermost two. */
const MOST_GAPS = 6;
/** Behind more cards than this a line stays as it is: any way round would be no easier to follow, and there may be hundreds of them. */
const MOST_HIDDEN = 10;

interface Between {
  from: Rect;
  to: Rect;
  others: Rect[];
}

/**
 * The line of an edge. The plain curve where nothing lies in its way; else straight pieces round the cards: down a gap beside them where the
 * two ends lie above each other, along the gap over or under them where they lie side by side. Where nothing is better it stays a curve.
 */
export function route(from: Rect, to: Rect, others: Rect[], taken: Map<number, number> = new Map()): Line {
  const plain = edgeLine(from, to);
  const between = { from, to, others: others.filter((card) => card !== from && card !== to && isNear(card, from, to)) };
  const hidden = hits(plain.points, between);
  if (!hidden.length || hidden.length > MOST_HIDDEN) return plain;
  let best = { line: plain, cost: hidden.length * 1e5, gap: NaN };
  for (const { corners, gap } of candidates(between, hidden)) {
    const cost = hits(corners, between).length * 1e5 + lengthOf(corners) + BESIDE * (taken.get(Math.round(gap)) ?? 0);
    if (cost < best.cost) best = { line: roundedLine(corners), cost, gap };
  }
  if (!Number.isNaN(best.gap)) taken.set(Math.round(best.gap), (taken.get(Math.round(best.gap)) ?? 0) + 1);
  return best.line;

  function candidates(b: Between, inTheWay: Rect[]): { corners: XY[]; gap: number }[] {
    const aside = (gap: number, sign: 1 | -1): number => gap + sign * BESIDE * (taken.get(Math.round(gap)) ?? 0);
    if (!isBeside(from, to)) {
      const gaps = nearestGaps(b, inTheWay);
      return gaps.map(([gap, sign]) => ({ gap, corners: downThrough(b, aside(gap, sign)) }));
    }
    const top = Math.min(...inTheWay.map((card) => card.y)) - CLEAR;
    const bottom = Math.max(...inTheWay.map((card) => card.y + card.h)) + CLEAR;
    return [{ gap: top, corners: alongAt(b, aside(top, -1), true) }, { gap: bottom, corners: alongAt(b, aside(bottom, 1), false) }];
  }
}

const isBeside = (a: Rect, b: Rect): boolean => b.y - (a.y + a.h) < -4 && a.y - (b.y + b.h) < -4;

/** Gaps to the left and right of the cards in the way, the least far from the straight line first. */
function nearestGaps({ from, to }: Between, inTheWay: Rect[]): [x: number, outwards: 1 | -1][] {
  const [a, b] = [from.x + from.w / 2, to.x + to.w / 2].sort((x, y) => x - y);
  const off = (x: number): number => Math.max(a - x, x - b, 0);
  const gaps = new Map<number, 1 | -1>();
  for (const card of inTheWay) gaps.set(card.x - CLEAR, -1).set(card.x + card.w + CLEAR, 1);
  const sorted = [...gaps].sort(([x], [y]) => off(x) - off(y) || x - y);
  const outermost = sorted.filter(([x]) => x === Math.min(...gaps.keys()) || x === Math.max(...gaps.keys()));
  return [...new Set([...sorted.slice(0, MOST_GAPS), ...outermost])];
}

/** From one card to one below or above it, through the gap at x. */
function downThrough({ from, to }: Between, x: number): XY[] {
  const below = to.y >= from.y + from.h - 4;
  const [y0, y1] = below ? [from.y + from.h, to.y] : [from.y, to.y + to.h];
  const turn = Math.min(TURN, Math.abs(y1 - y0) / 2) * (below ? 1 : -1);
  const [x0, x1] = [nearest(from, x), nearest(to, x)];
  return [[x0, y0], [x0, y0 + turn], [x, y0 + turn], [x, y1 - turn], [x1, y1 - turn], [x1, y1]];
}

/** From one card to one beside it, along the gap at y. */
function alongAt({ from, to }: Between, y: number, over: boolean): XY[] {
  const [x0, x1] = [nearest(from, to.x + to.w / 2), nearest(to, from.x + from.w / 2)];
  const edge = (card: Rect): number => (over ? card.y : card.y + card.h);
  const level = over ? Math.min(y, edge(from) - CLEAR, edge(to) - CLEAR) : Math.max(y, edge(from) + CLEAR, edge(to) + CLEAR);
  return [[x0, edge(from)], [x0, level], [x1, level], [x1, edge(to)]];
}

function nearest(card: Rect, x: number): number {
  const [low, high] = stretchOf(card);
  return Math.min(high, Math.max(low, x));
}

/** Whether a line between two cards, or a way round one between them, could come near this one. */
function isNear(card: Rect, from: Rect, to: Rect): boolean {
  const room = 2 * Math.max(from.w, to.w, card.w);
  const within = (low: number, size: number, a: number, aSize: number, b: number, bSize: number): boolean =>
    low < Math.max(a + aSize, b + bSize) + room && low + size > Math.min(a, b) - room;
  return within(card.x, card.w, from.x, from.w, to.x, to.w) && within(card.y, card.h, from.y, from.h, to.y, to.h);
}

/** The cards that a line through these points goes behind. */
function hits(points: XY[], { others }: Between): Rect[] {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const near = others.filter((card) => card.x < right && card.x + card.w > left - 1 && card.y < bottom && card.y + card.h > top - 1);
  return near.filter((card) => points.some((p, i) => i > 0 && crosses(points[i - 1], p, card)));
}

/** Whether a straight piece comes into a card (Liang and Barsky's clipping). */
function crosses([x0, y0]: XY, [x1, y1]: XY, card: Rect): boolean {
  if (Math.max(x0, x1) < card.x || Math.min(x0, x1) > card.x + card.w || Math.max(y0, y1) < card.y || Math.min(y0, y1) > card.y + card.h) return false;
  let [enter, leave] = [0, 1];
  const bounds: [number, number][] = [
    [x0 - x1, x0 - (card.x + TOUCH)], [x1 - x0, card.x + card.w - TOUCH - x0],
    [y0 - y1, y0 - (card.y + TOUCH)], [y1 - y0, card.y + card.h - TOUCH - y0],
  ];
  for (const [p, q] of bounds) {
    if (p === 0 && q < 0) return false;
    if (p < 0) enter = Math.max(enter, q / p);
    else if (p > 0) leave = Math.min(leave, q / p);
  }
  return enter < leave;
}

const lengthOf = (points: XY[]): number => points.reduce((sum, p, i) => (i ? sum + Math.hypot(p[0] - points[i - 1][0], p[1] - points[i - 1][1]) : 0), 0);

const PIECES = 40;

/** Room that a label and a switch take, to the right of their point. */
const LABEL = { w: 190, h: 22 };
const SWITCH = { w: 90, h: 20 };

/** The place on a line, as near as may be to the wanted share of it, that neither a card covers nor another label. */
export function visiblePoint(line: Line, wanted: number, cards: Rect[], size: { w: number; h: number }, labels: Rect[]): XY {
  const table = arcTable(line, PIECES);
  const start = Math.round(wanted * PIECES);
  const places: XY[] = [];
  for (let step = 0; step < PIECES / 2; step++)
    for (const i of [start + step, start - step]) if (i >= 2 && i <= PIECES - 2) places.push([table[2 * i], table[2 * i + 1]]);
  const nearby = within(line, cards);
  const free = places.filter(([x, y]) => !nearby.some((card) => x > card.x - 8 && x < card.x + card.w + 8 && y > card.y - 6 && y < card.y + card.h + 6));
  const alone = free.find((point) => !labels.some((label) => overlap(boxAt(point, size), label)));
  return alone ?? free[0] ?? [table[2 * start], table[2 * start + 1]];
}

/** The cards that the box round a line touches. */
function within({ points }: Line, cards: Rect[]): Rect[] {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const [left, right, top, bottom] = [Math.min(...xs) - 8, Math.max(...xs) + 8, Math.min(...ys) - 6, Math.max(...ys) + 6];
  return cards.filter((card) => card.x < right && card.x + card.w > left && card.y < bottom && card.y + card.h > top);
}

const boxAt = ([x, y]: XY, { w, h }: { w: number; h: number }): Rect => ({ x, y: y - h / 2, w, h });
const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

export interface Placed {
  line: Line;
  /** Where its label and its circuit breaker stand. */
  label: XY;
  breaker: XY;
  /** The label stands over the line, not beside it. */
  over: boolean;
}

/** An edge with its line, its label and its switch; `labels` are those placed before, and it adds its own. */
export function placed(from: Rect, to: Rect, line: Line, cards: Rect[], hasSwitch = false, labels: Rect[] = []): Placed {
  const breaker = visiblePoint(line, 0.22, cards, SWITCH, labels);
  if (hasSwitch) labels.push(boxAt(breaker, SWITCH));
  const label = visiblePoint(line, 0.5, cards, LABEL, labels);
  const top = Math.min(from.y, to.y);
  // Between two cards side by side there is no room for it: it stands above them.
  const over = isBeside(from, to) && label[1] > top;
  const at: XY = over ? [label[0], top - 13] : label;
  labels.push(boxAt(over ? [at[0] - LABEL.w / 2, at[1]] : at, LABEL));
  return { line, label: at, breaker, over };
}
