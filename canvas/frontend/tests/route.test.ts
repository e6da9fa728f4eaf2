import { describe, expect, test } from "vitest";
import type { Rect } from "../src/layout/geometry";
import { edgeLine, type XY } from "../src/flow/path";
import { placed, route } from "../src/flow/route";

const card = (x: number, y: number, w = 200, h = 80): Rect => ({ x, y, w, h });
const inside = ([x, y]: XY, { x: left, y: top, w, h }: Rect): boolean => x > left + 4 && x < left + w - 4 && y > top + 4 && y < top + h - 4;
const [TOP, MIDDLE, BOTTOM] = [card(0, 0), card(0, 120), card(0, 240)];

/** Points close together along a line, so that nothing lies between two of them unseen. */
const walked = (points: XY[]): XY[] => points.flatMap((p, i) => (i ? Array.from({ length: 20 }, (_, k): XY => [points[i - 1][0] + ((p[0] - points[i - 1][0]) * k) / 20, points[i - 1][1] + ((p[1] - points[i - 1][1]) * k) / 20]) : [p]));

describe("lines", () => {
  test("stay the plain curve where nothing lies in their way", () => {
    expect(route(TOP, MIDDLE, [TOP, MIDDLE, BOTTOM])).toEqual(edgeLine(TOP, MIDDLE));
  });

  test("go round a card between their two ends, from edge to edge", () => {
    const cards = [TOP, MIDDLE, BOTTOM];
    for (const [from, to] of [[TOP, BOTTOM], [BOTTOM, TOP]]) {
      const { points } = route(from, to, cards);
      expect(walked(points).filter((p) => inside(p, MIDDLE))).toEqual([]);
      expect([points[0][1], points[points.length - 1][1]]).toEqual(from === TOP ? [80, 240] : [240, 80]);
    }
  });

  test("go over or under a card between two that lie side by side", () => {
    const row = [card(0, 0), card(230, 0), card(460, 0)];
    const { points } = route(row[0], row[2], row);
    expect(walked(points).filter((p) => inside(p, row[1]))).toEqual([]);
  });

  test("through one gap lie beside each other", () => {
    const taken = new Map<number, number>();
    const cards = [TOP, MIDDLE, BOTTOM];
    expect(route(TOP, BOTTOM, cards, taken).d).not.toBe(route(TOP, BOTTOM, cards, taken).d);
  });

  test("do not depend on the order of the cards", () => {
    const cards = [TOP, MIDDLE, BOTTOM, card(230, 120)];
    expect(route(TOP, BOTTOM, [...cards].reverse()).d).toBe(route(TOP, BOTTOM, cards).d);
  });

  test("have their labels where no card covers them and none lies on another", () => {
    const cards = [TOP, MIDDLE, BOTTOM];
    const labels: Rect[] = [];
    const line = route(TOP, BOTTOM, cards);
    const [one, other] = [0, 1].map(() => placed(TOP, BOTTOM, line, cards, true, labels));
    for (const point of [one.label, one.breaker, other.label]) expect(cards.some((c) => inside(point, c))).toBe(false);
    expect(Math.abs(one.label[1] - other.label[1])).toBeGreaterThan(15);
  });
});
