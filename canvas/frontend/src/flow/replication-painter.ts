import type { Frames } from "../frames/frames";
import { lagMark, lagState, lagWords, type LagMark } from "../frames/mark-words";
import { placeOn } from "./crown-painter";
import { text } from "./pip-painter";

const [PRIMARY, STANDBY, REPLICA] = [1, 2, 4];
const MOST_BEADS = 7;
/** A line shorter than this has no room for its words above it; a narrow card says the lag among its numbers. */
const ROOM_FOR_WORDS = 120;
/** Share of the line that beads move in a simulated second. */
const PACE = 0.21;

/** How many beads stand for so many writes that were not acknowledged: one more for each doubling. */
export const beadsOf = (writes: number): number => (writes >= 1 ? Math.min(MOST_BEADS, 1 + Math.floor(Math.log2(writes))) : 0);

/** A double line from the primary to each copy, with a bead for the writes on their way; they stand still while replication is paused. */
export function paintReplication(root: HTMLElement, frames: Frames | null, row: number, node: string, rpo_s: number | undefined): void {
  const svg = root.querySelector<SVGSVGElement>(".fl-replication");
  const words = root.querySelector<HTMLElement>(".fl-lag");
  if (!svg || !words) return;
  const pips = frames && frames.factsOf(node).partitions === 1 ? [...root.querySelectorAll<HTMLElement>(".fl-pip:not([hidden])")].filter((pip) => Number(pip.dataset.row) >= 0) : [];
  const role = (pip: HTMLElement): number => frames!.instances.at(row, Number(pip.dataset.row), "role");
  const up = (pip: HTMLElement): boolean => frames!.instances.at(row, Number(pip.dataset.row), "state") === 0;
  const primary = pips.find((pip) => role(pip) === PRIMARY);
  const followers = primary ? pips.filter((pip) => (role(pip) === REPLICA || role(pip) === STANDBY) && (up(pip) || role(pip) === REPLICA)) : [];
  if (!frames || !primary || !followers.length) {
    if (svg.childElementCount) svg.replaceChildren();
    return text(words, "");
  }
  const guarded = followers.some((pip) => role(pip) === STANDBY);
  let worst: { lag: LagMark; x: number; y: number; length: number } | null = null;
  const lines = followers.map((pip) => {
    const lag = lagMark(frames, row, `${node}[${pip.dataset.index}]`);
    const [a, b] = [placeOn(primary), placeOn(pip)];
    const [x0, x1, y] = a.x < b.x ? [a.x + 18, b.x, a.y + 7] : [a.x, b.x + 18, a.y + 7];
    if (lag && role(pip) === REPLICA && (!worst || lag.lag_s > worst.lag.lag_s)) worst = { lag, x: (x0 + x1) / 2, y, length: Math.abs(x1 - x0) };
    return line(x0, x1, y, role(pip) === REPLICA ? lag : null, row * frames.meta.dt, guarded ? undefined : rpo_s);
  });
  const drawn = lines.join("");
  if (svg.dataset.drawn !== drawn) {
    svg.dataset.drawn = drawn;
    svg.innerHTML = drawn;
  }
  label(words, worst, guarded, rpo_s);
}

function line(x0: number, x1: number, y: number, lag: LagMark | null, t_s: number, rpo_s: number | undefined): string {
  const state = lag ? lagState(lag.lag_s, rpo_s) : "ok";
  const rails = [-1.5, 1.5].map((dy) => `<path d="M${x0} ${y + dy}H${x1}"/>`).join("");
  const count = lag ? beadsOf(lag.writes) : 0;
  const phase = lag?.paused ? 0.5 : (t_s * PACE * count) % 1;
  const beads = Array.from({ length: count }, (_, i) => `<circle cx="${(x0 + ((x1 - x0) * (i + phase)) / count).toFixed(1)}" cy="${y}" r="2.6"/>`).join("");
  return `<g class="${lag?.paused ? "paused " : ""}${state}">${rails}${beads}</g>`;
}

function label(words: HTMLElement, worst: { lag: LagMark; x: number; y: number; length: number } | null, guarded: boolean, rpo_s: number | undefined): void {
  if (!worst) return text(words, "");
  const said = lagWords(worst.lag, !guarded);
  text(words, worst.length > ROOM_FOR_WORDS ? said : "");
  words.className = `fl-lag ${lagState(worst.lag.lag_s, guarded ? undefined : rpo_s)}${worst.lag.paused ? " paused" : ""}`;
  words.style.transform = `translate(${worst.x}px, ${worst.y - 19}px) translateX(-50%)`;
}
