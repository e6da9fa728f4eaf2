import type { Frames } from "../frames/frames";
import { percent } from "../frames/words";

/** The last is a place of a group in which no instance is: hidden, and not counted. */
export const STATES = ["up", "refused", "black-hole", "absent"];
export const ABSENT = 3;
const STATE_WORDS = ["in service", "down, connections refused", "down, silent", "not there"];
const ROLES = ["", "primary", "standby", "out-of-sync"];
const ROLE_WORDS = ["", "primary", "standby", "out of sync"];

/** Truth inside (up, struck out, hatched), role as a mark, and as a ring what the balancers believe. */
export function paintPips(root: HTMLElement, frames: Frames, row: number, node: string): void {
  const doubted = doubtedInstances(frames, row);
  for (const part of root.querySelectorAll<HTMLElement>(".fl-part")) {
    let up = 0;
    let there = 0;
    const pips = part.querySelectorAll<HTMLElement>(".fl-pip");
    for (const pip of pips) {
      const instance = Number(pip.dataset.row);
      if (instance < 0) continue;
      const state = frames.instances.at(row, instance, "state") || 0;
      const role = frames.instances.at(row, instance, "role") || 0;
      const busy = frames.instances.at(row, instance, "utilisation") || 0;
      if (state === 0) up++;
      if (state !== ABSENT) there++;
      set(pip, "state", STATES[state]);
      set(pip, "role", ROLES[role]);
      set(pip, "belief", doubted.has(instance) ? "out" : "in");
      const level = busy.toFixed(1); // coarser than the number: each change repaints a gradient
      if (pip.style.getPropertyValue("--busy") !== level) pip.style.setProperty("--busy", level);
      const words = [STATE_WORDS[state], ROLE_WORDS[role], state === 0 ? `${percent(busy)} busy` : "", doubted.has(instance) ? "out of rotation" : ""];
      const label = `Instance ${node}[${pip.dataset.index}]: ${words.filter(Boolean).join(", ")}`;
      if (pip.ariaLabel !== label) {
        pip.ariaLabel = label;
        pip.title = label;
      }
    }
    const count = part.querySelector("[data-part=count]");
    const said = pips.length > 1 ? `${up}/${there}` : "";
    if (count && count.textContent !== said) count.textContent = said;
  }
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
