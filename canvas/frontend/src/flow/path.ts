import type { Rect } from "../layout/geometry";

/** Edges run from card to card, not from fixed points: straight down where the cards lie above each other. */
export type Cubic = [x0: number, y0: number, x1: number, y1: number, x2: number, y2: number, x3: number, y3: number];
export type XY = [x: number, y: number];

/** A line to draw and to travel: its path in SVG, and points along it close enough to be joined by straight pieces. */
export interface Line {
  d: string;
  points: XY[];
}

const INSET = 26;
const FINE = 48;

export const edgeLine = (from: Rect, to: Rect): Line => cubicLine(edgeCurve(from, to));

export function edgeCurve(from: Rect, to: Rect): Cubic {
  const below = to.y - (from.y + from.h);
  const above = from.y - (to.y + to.h);
  if (below >= -4) return vertical(from, to, from.y + from.h, to.y, 1);
  if (above >= -4) return vertical(from, to, from.y, to.y + to.h, -1);
  return sideways(from, to);
}

/** Anchors move along the cards towards each other: to the middle of the stretch they share, if they share one. */
function vertical(from: Rect, to: Rect, y0: number, y3: number, sign: 1 | -1): Cubic {
  const [x0, x3] = anchors(from, to);
  const reach = Math.max(18, Math.abs(y3 - y0) * 0.5) * sign;
  return [x0, y0, x0, y0 + reach, x3, y3 - reach, x3, y3];
}

/** Where along its upper or lower edge a line may leave a card. */
export const stretchOf = (card: Rect): [number, number] => [card.x + INSET, card.x + card.w - INSET];

function anchors(from: Rect, to: Rect): [number, number] {
  const [a0, a1] = stretchOf(from);
  const [b0, b1] = stretchOf(to);
  const [low, high] = [Math.max(a0, b0), Math.min(a1, b1)];
  const narrow = from.w < to.w ? from.x + from.w / 2 : to.x + to.w / 2;
  if (low <= high) {
    const shared = Math.min(high, Math.max(low, narrow));
    return [shared, shared];
  }
  return a1 < b0 ? [a1, b0] : [a0, b1];
}

function sideways(from: Rect, to: Rect): Cubic {
  const right = to.x >= from.x;
  const x0 = right ? from.x + from.w : from.x;
  const x3 = right ? to.x : to.x + to.w;
  const [y0, y3] = [from.y + from.h / 2, to.y + to.h / 2];
  const reach = Math.max(18, Math.abs(x3 - x0) * 0.5) * (right ? 1 : -1);
  return [x0, y0, x0 + reach, y0, x3 - reach, y3, x3, y3];
}

function cubicLine(c: Cubic): Line {
  return {
    d: `M${c[0]},${c[1]} C${c[2]},${c[3]} ${c[4]},${c[5]} ${c[6]},${c[7]}`,
    points: Array.from({ length: FINE + 1 }, (_, i) => onCubic(c, i / FINE)),
  };
}

function onCubic(c: Cubic, t: number): XY {
  const u = 1 - t;
  const [a, b, d, e] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [a * c[0] + b * c[2] + d * c[4] + e * c[6], a * c[1] + b * c[3] + d * c[5] + e * c[7]];
}

const CORNER = 10;
const CORNER_PIECES = 4;

/** Straight pieces with rounded corners. */
export function roundedLine(corners: XY[]): Line {
  const turns = corners.filter((p, i) => i === 0 || Math.hypot(p[0] - corners[i - 1][0], p[1] - corners[i - 1][1]) > 0.5);
  const points: XY[] = [turns[0]];
  let d = `M${turns[0]}`;
  for (let i = 1; i < turns.length - 1; i++) {
    const [before, at, after] = [turns[i - 1], turns[i], turns[i + 1]];
    const [a, b] = [towards(at, before), towards(at, after)];
    d += ` L${a} Q${at} ${b}`;
    for (let k = 0; k <= CORNER_PIECES; k++) points.push(onQuadratic(a, at, b, k / CORNER_PIECES));
  }
  const last = turns[turns.length - 1];
  return { d: `${d} L${last}`, points: [...points, last] };
}

/** The point on the way from a corner to its neighbour where the rounding ends: at most half of that way. */
function towards([x, y]: XY, [tx, ty]: XY): XY {
  const length = Math.hypot(tx - x, ty - y);
  const f = Math.min(CORNER, length / 2) / Math.max(1e-6, length);
  return [x + (tx - x) * f, y + (ty - y) * f];
}

function onQuadratic(a: XY, b: XY, c: XY, t: number): XY {
  const u = 1 - t;
  return [u * u * a[0] + 2 * u * t * b[0] + t * t * c[0], u * u * a[1] + 2 * u * t * b[1] + t * t * c[1]];
}

/** Points at equal arc lengths, so that dots move evenly: x0, y0, x1, y1, … for `pieces` + 1 points. */
export function arcTable({ points }: Line, pieces: number): Float32Array {
  const length = [0];
  for (let i = 1; i < points.length; i++) length.push(length[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
  const last = points.length - 1;
  const table = new Float32Array((pieces + 1) * 2);
  let j = 0;
  for (let i = 0; i <= pieces; i++) {
    const wanted = (length[last] * i) / pieces;
    while (j < last - 1 && length[j + 1] < wanted) j++;
    const f = (wanted - length[j]) / Math.max(1e-6, length[j + 1] - length[j]);
    table[2 * i] = points[j][0] + (points[j + 1][0] - points[j][0]) * f;
    table[2 * i + 1] = points[j][1] + (points[j + 1][1] - points[j][1]) * f;
  }
  return table;
}
