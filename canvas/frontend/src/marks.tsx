import type { HealthWord } from "./protocol";

/** Marks that stand in the text. Drawn, because fonts lack some of the characters and turn others into coloured pictures. */
export type Mark = HealthWord | "bolt" | "cold" | "clock";

const FILLED: { [mark in Mark]?: string } = {
  ok: "M6 1.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 0 1 0-9z",
  strained: "M6 1 11.300 10.700H.7z",
  bolt: "M7.200.5 2.200 6.900h3L4.600 11.500l5.200-6.700H6.600z",
};
const DRAWN: { [mark in Mark]?: string } = {
  failing: "M2.200 2.200l7.600 7.600M9.800 2.200l-7.600 7.600",
  cold: "M6 1v10M1.700 3.500l8.600 5M10.300 3.500l-8.600 5",
  clock: "M6 1.200a4.800 4.800 0 1 1 0 9.600a4.800 4.800 0 0 1 0-9.600zM6 3.300V6l1.900 1.200",
  down: "M6 1v4.700M3.300 2.900a4.300 4.300 0 1 0 5.400 0",
};

const pathOf = (mark: Mark): { d: string; fill: string; width: number } => {
  const filled = FILLED[mark];
  return filled ? { d: filled, fill: "currentColor", width: 0 } : { d: DRAWN[mark]!, fill: "none", width: mark === "failing" ? 2.6 : mark === "down" ? 1.7 : 1.3 };
};

/** For the painters, which write into the DOM past React. */
export function markSvg(mark: Mark): string {
  const { d, fill, width } = pathOf(mark);
  const stroke = width ? ` stroke="currentColor" stroke-width="${width}" stroke-linecap="round"` : "";
  return `<svg class="fl-mark" viewBox="0 0 12 12" fill="${fill}"${stroke} aria-hidden="true"><path d="${d}"/></svg>`;
}

export function StateMark({ mark }: { mark: Mark }) {
  const { d, fill, width } = pathOf(mark);
  return (
    <svg className="fl-mark" viewBox="0 0 12 12" fill={fill} stroke={width ? "currentColor" : "none"} strokeWidth={width} strokeLinecap="round" aria-hidden="true"><path d={d} /></svg>
  );
}
