import type { Frames } from "../frames/frames";
import { ABSENT, set, STATES } from "./pip-painter";

/** A chip per target: truth inside, belief as the ring. Where the two differ, the outage is felt and the countdown runs. */
export function paintChips(root: HTMLElement, frames: Frames, row: number): void {
  for (const part of root.querySelectorAll<HTMLElement>(".fl-part")) {
    let soonest: { text: string; in_s: number } | null = null;
    let out = 0;
    let there = 0;
    const chips = part.querySelectorAll<HTMLElement>(".fl-chip");
    for (const chip of chips) {
      const k = Number(chip.dataset.row);
      const target = frames.meta.targets[k];
      if (!target) continue;
      const state = frames.instances.at(row, target.instance, "state") || 0;
      const healthy = frames.targets.at(row, k, "healthy") !== 0;
      const streak = frames.targets.at(row, k, "streak") || 0;
      const decides_s = frames.targets.at(row, k, "decides_s");
      const threshold = healthy ? target.unhealthy : target.healthy;
      if (state === ABSENT) {
        set(chip, "state", STATES[state]);
        continue;
      }
      there++;
      if (!healthy) out++;
      set(chip, "state", STATES[state]);
      set(chip, "belief", healthy ? "in" : "out");
      set(chip, "wrong", String(healthy !== (state === 0)));
      const count = threshold > 0 ? String(Math.min(1, streak / threshold)) : "0";
      if (chip.style.getPropertyValue("--count") !== count) chip.style.setProperty("--count", count);
      const counting = streak > 0 && threshold > 0 ? `${streak}/${threshold} ${healthy ? "failed" : "passed"}` : "";
      const left = Number.isFinite(decides_s) && decides_s >= 0 ? `, ${Math.ceil(decides_s)} s left` : "";
      const words = `${chip.dataset.target}: ${state === 0 ? "up" : "down"}, believed ${healthy ? "healthy" : "unhealthy"}${counting && `, ${counting}${left}`}`;
      if (chip.title !== words) chip.title = chip.ariaLabel = words;
      if (counting && (!soonest || decides_s < soonest.in_s)) soonest = { text: counting + left, in_s: decides_s };
    }
    const belief = part.querySelector("[data-part=belief]");
    const said = soonest?.text ?? (out ? `${out} of ${there} out` : "");
    if (belief && belief.textContent !== said) belief.textContent = said;
  }
}
