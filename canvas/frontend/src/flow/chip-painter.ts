import type { Frames } from "../frames/frames";
import { ABSENT, seat, set, STATES, text } from "./pip-painter";
import type { Chip, Part } from "./pips";

interface Countdown {
  text: string;
  in_s: number;
}

/** A chip per target: truth inside, belief as the ring. Where the two differ, the outage is felt and the countdown runs. */
export function paintChips(root: HTMLElement, parts: Part[], frames: Frames, row: number): void {
  root.querySelectorAll<HTMLElement>(".fl-part").forEach((el, k) => {
    const part = parts[k];
    if (part?.chips.length) paintPart(el, part, frames, row);
  });
}

function paintPart(el: HTMLElement, part: Part, frames: Frames, row: number): void {
  const stateOf = (chip: Chip): number => frames.instances.at(row, frames.meta.targets[chip.row]?.instance ?? -1, "state") || 0;
  const there = part.chips.filter((chip) => stateOf(chip) !== ABSENT);
  const chips = seat(el, ".fl-chip", there.length, part.w);
  let soonest: Countdown | null = null;
  let out = 0;
  there.forEach((target, slot) => {
    const healthy = frames.targets.at(row, target.row, "healthy") !== 0;
    if (!healthy) out++;
    const counting = countdown(frames, row, target.row, healthy);
    if (chips[slot]) paintChip(chips[slot], target.label, frames, row, target.row, stateOf(target), healthy, counting);
    if (counting.text && (!soonest || counting.in_s < soonest.in_s)) soonest = counting;
  });
  text(el.querySelector("[data-part=belief]"), (soonest as Countdown | null)?.text ?? (out ? `${out} of ${there.length} out` : ""));
}

/** "2/3 failed, 20 s left" while probes speak against what is believed. */
function countdown(frames: Frames, row: number, k: number, healthy: boolean): Countdown {
  const streak = frames.targets.at(row, k, "streak") || 0;
  const decides_s = frames.targets.at(row, k, "decides_s");
  const threshold = thresholdOf(frames, k, healthy);
  if (!(streak > 0 && threshold > 0)) return { text: "", in_s: Infinity };
  const left = Number.isFinite(decides_s) && decides_s >= 0 ? `, ${Math.ceil(decides_s)} s left` : "";
  return { text: `${streak}/${threshold} ${healthy ? "failed" : "passed"}${left}`, in_s: decides_s };
}

const thresholdOf = (frames: Frames, k: number, healthy: boolean): number => frames.meta.targets[k][healthy ? "unhealthy" : "healthy"];

function paintChip(chip: HTMLElement, label: string, frames: Frames, row: number, k: number, state: number, healthy: boolean, counting: Countdown): void {
  set(chip, "state", STATES[state]);
  set(chip, "belief", healthy ? "in" : "out");
  set(chip, "wrong", String(healthy !== (state === 0)));
  const threshold = thresholdOf(frames, k, healthy);
  const count = counting.text ? String(Math.min(1, (frames.targets.at(row, k, "streak") || 0) / threshold)) : "0";
  if (chip.style.getPropertyValue("--count") !== count) chip.style.setProperty("--count", count);
  const words = `${label}: ${state === 0 ? "up" : "down"}, believed ${healthy ? "healthy" : "unhealthy"}${counting.text && `, ${counting.text}`}`;
  if (chip.title !== words) chip.title = chip.ariaLabel = words;
}
