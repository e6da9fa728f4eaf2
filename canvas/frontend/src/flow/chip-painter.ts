import type { Frames } from "../frames/frames";

const STATES = ["up", "refused", "black-hole"];

/** A chip per target: truth inside, belief as the ring. Where the two differ, the outage is felt and the countdown runs. */
export function paintChips(root: HTMLElement, frames: Frames, row: number): void {
  for (const part of root.querySelectorAll<HTMLElement>(".fl-part")) {
    let soonest: { text: string; in_s: number } | null = null;
    let out = 0;
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
      if (!healthy) out++;
      chip.dataset.state = STATES[state];
      chip.dataset.belief = healthy ? "in" : "out";
      chip.dataset.wrong = String(healthy !== (state === 0));
      chip.style.setProperty("--count", threshold > 0 ? String(Math.min(1, streak / threshold)) : "0");
      const counting = streak > 0 && threshold > 0 ? `${streak}/${threshold} ${healthy ? "failed" : "passed"}` : "";
      const left = Number.isFinite(decides_s) && decides_s >= 0 ? `, ${Math.ceil(decides_s)} s left` : "";
      chip.ariaLabel = `${chip.dataset.target}: ${state === 0 ? "up" : "down"}, believed ${healthy ? "healthy" : "unhealthy"}${counting && `, ${counting}${left}`}`;
      chip.title = chip.ariaLabel;
      if (counting && (!soonest || decides_s < soonest.in_s)) soonest = { text: counting + left, in_s: decides_s };
    }
    const belief = part.querySelector("[data-part=belief]");
    if (belief) belief.textContent = soonest?.text ?? (out ? `${out} of ${chips.length} out` : "");
  }
}
