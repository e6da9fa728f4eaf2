import { beforeEach, describe, expect, test, vi } from "vitest";
import { Clock } from "../src/session/clock";

let queue: ((now: number) => void)[] = [];
vi.stubGlobal("requestAnimationFrame", (run: (now: number) => void) => queue.push(run));
const frame = (now: number): void => {
  const due = queue;
  queue = [];
  due.forEach((run) => run(now));
};
beforeEach(() => void (queue = []));

function playing(end_s: number): { clock: Clock; atEnd: ReturnType<typeof vi.fn>; painted: () => number } {
  const atEnd = vi.fn();
  const clock = new Clock({ end_s: () => end_s, atEnd });
  let count = 0;
  clock.onPaint(() => count++);
  clock.playing = true;
  clock.speed = 10;
  clock.wake();
  frame(1000);
  return { clock, atEnd, painted: () => count };
}

describe("the playhead", () => {
  test("moves by wall time times speed", () => {
    const { clock } = playing(600);
    const start = clock.playhead_s;
    frame(1050);
    frame(1100);
    expect(clock.playhead_s - start).toBeCloseTo(1, 6);
  });

  test("does not leap over a pause of the page", () => {
    const { clock } = playing(600);
    const start = clock.playhead_s;
    frame(9000);
    expect(clock.playhead_s - start).toBeCloseTo(1, 6);
  });

  test("stops at the last row and says so", () => {
    const { clock, atEnd } = playing(0.5);
    frame(1090);
    expect(clock.playhead_s).toBe(0.5);
    expect(atEnd).toHaveBeenCalled();
  });
});

test("an idle canvas asks for no frame", () => {
  const { clock } = playing(600);
  clock.playing = false;
  frame(1016);
  frame(1032);
  expect(queue).toHaveLength(0);
  clock.seek(5);
  expect(queue).toHaveLength(1);
});

test("while Python answers about fifteen frames a second are painted", () => {
  const { clock, painted } = playing(600);
  clock.throttled = true;
  const before = painted();
  for (let now = 1016; now <= 2000; now += 16) frame(now);
  expect(painted() - before).toBeGreaterThan(10);
  expect(painted() - before).toBeLessThan(17);
});
