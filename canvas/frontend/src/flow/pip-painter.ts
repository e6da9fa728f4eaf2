import type { Frames } from "../frames/frames";
import { countWords, DRAINING, LAUNCHING, lifeOf, STAGES, WARMING, type Life } from "../frames/mark-words";
import { percent } from "../frames/words";
import { fitting, type Part, type Pip } from "./pips";

/** The last is a place of a group in which no instance is: it takes no room and is not counted. */
export const STATES = ["up", "refused", "black-hole", "absent"];
export const ABSENT = 3;
const STATE_WORDS = ["in service", "down, connections refused", "down, silent", "not there"];
const ROLES = ["", "primary", "standby", "out-of-sync", "replica"];
const ROLE_WORDS = ["", "primary", "standby", "out of sync", "read replica"];

/** Truth inside (up, on its way, leaving, struck out, hatched), role as a mark, and as a ring what the balancers believe. */
export function paintPips(root: HTMLElement, parts: Part[], frames: Frames | null, row: number, node: string): void {
  const doubted = frames ? doubtedInstances(frames, row) : new Set<number>();
  root.querySelectorAll<HTMLElement>(".fl-part").forEach((el, k) => {
    const part = parts[k];
    if (part?.pips.length) paintPart(el, part, frames, row, node, doubted);
  });
}

function paintPart(el: HTMLElement, part: Part, frames: Frames | null, row: number, node: string, doubted: Set<number>): void {
  const lives: Life[] = [];
  let up = 0;
  const there = part.pips.filter(({ row: i }) => {
    if (!frames || i < 0) return true;
    const state = frames.instances.at(row, i, "state") || 0;
    const life = lifeOf(frames, row, i);
    if (life) lives.push(life);
    if (state === 0 && life?.stage !== DRAINING) up++;
    return state !== ABSENT || life?.stage === LAUNCHING;
  });
  const pips = seat(el, ".fl-pip", there.length, part.w);
  pips.forEach((pip, slot) => paintPip(pip, there[slot], frames, row, node, doubted));
  const serving = there.length - lives.filter((life) => life.stage === LAUNCHING || life.stage === DRAINING).length;
  text(el.querySelector("[data-part=count]"), frames && (there.length > 1 || lives.length) ? countWords(up, serving, lives) : "");
}

/** Gives as many marks as fit a place and says how many more there are. */
export function seat(el: HTMLElement, marks: string, count: number, width: number): HTMLElement[] {
  const { shown, dense } = fitting(count, width);
  el.classList.toggle("dense", dense);
  const places = [...el.querySelectorAll<HTMLElement>(marks)];
  places.forEach((place, slot) => place.toggleAttribute("hidden", slot >= shown));
  text(el.querySelector("[data-part=more]"), count > shown ? `+${count - shown}` : "");
  return places.slice(0, shown);
}

function paintPip(pip: HTMLElement, { index, row: instance }: Pip, frames: Frames | null, row: number, node: string, doubted: Set<number>): void {
  set(pip, "row", String(instance));
  set(pip, "index", String(index));
  if (!frames || instance < 0) {
    for (const name of ["state", "stage", "role", "ghost", "belief"]) delete pip.dataset[name];
    pip.ariaLabel = pip.title = `Instance ${node}[${index}]`;
    return;
  }
  const state = frames.instances.at(row, instance, "state") || 0;
  const role = frames.instances.at(row, instance, "role") || 0;
  const busy = frames.instances.at(row, instance, "utilisation") || 0;
  const life = lifeOf(frames, row, instance);
  const pending = life?.stage === LAUNCHING || life?.stage === WARMING;
  set(pip, "state", STATES[state]);
  set(pip, "stage", life && life.stage > 0 && (state === 0 || life.stage === LAUNCHING) ? STAGES[life.stage] : "");
  set(pip, "role", ROLES[role]);
  set(pip, "belief", doubted.has(instance) && state !== ABSENT ? "out" : "in");
  const level = (pending ? life.share : busy).toFixed(1); // coarser than the number: each change repaints a gradient
  if (pip.style.getPropertyValue("--busy") !== level) pip.style.setProperty("--busy", level);
  const left = life && Number.isFinite(life.left_s) ? ` ${Math.ceil(life.left_s)} s` : "";
  const stage = life && life.stage > 0 ? `${STAGES[life.stage]}${left}` : STATE_WORDS[state];
  const words = [state === 0 || state === ABSENT ? stage : STATE_WORDS[state], ROLE_WORDS[role], state === 0 ? `${percent(busy)} busy` : "", pip.dataset.belief === "out" ? "out of rotation" : ""];
  const label = `Instance ${node}[${index}]: ${words.filter(Boolean).join(", ")}`;
  if (pip.ariaLabel !== label) pip.ariaLabel = pip.title = label;
}

/** Instances that at least one balancer has taken out of rotation. */
function doubtedInstances(frames: Frames, row: number): Set<number> {
  const out = new Set<number>();
  frames.meta.targets.forEach((target, k) => {
    if (frames.targets.at(row, k, "healthy") === 0) out.add(target.instance);
  });
  return out;
}

export function set(el: HTMLElement, name: string, value: string): void {
  if (el.dataset[name] !== value) el.dataset[name] = value;
}

export function text(el: Element | null, value: string): void {
  if (!el || el.textContent === value) return;
  el.textContent = value;
  (el as HTMLElement).title = value;
}
