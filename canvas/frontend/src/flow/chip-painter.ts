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

/** What is known of a chip: the truth, what is believed, and how many checks of how many speak against that. */
interface Belief {
  state: number;
  healthy: boolean;
  streak: number;
  threshold: number;
  decides_s: number;
}

function beliefOf(frames: Frames, row: number, { row: k, edge }: Chip): Belief {
  if (edge) {
    const mark = (field: string): number => frames.mark(row, edge, field);
    const healthy = mark("believed") !== 0;
    const threshold = Number(frames.factsOf(edge)[healthy ? "unhealthy" : "healthy"] ?? 0);
    return { state: mark("up") > 0 ? 0 : 1, healthy, streak: mark("streak") || 0, threshold, decides_s: mark("decides_s") };
  }
  const target = frames.meta.targets[k];
  const healthy = frames.targets.at(row, k, "healthy") !== 0;
  return {
    state: frames.instances.at(row, target?.instance ?? -1, "state") || 0, healthy, streak: frames.targets.at(row, k, "streak") || 0,
    threshold: target?.[healthy ? "unhealthy" : "healthy"] ?? 0, decides_s: frames.targets.at(row, k, "decides_s"),
  };
}

function paintPart(el: HTMLElement, part: Part, frames: Frames, row: number): void {
  const there = part.chips.map((chip) => ({ chip, belief: beliefOf(frames, row, chip) })).filter(({ belief }) => belief.state !== ABSENT);
  const places = seat(el, ".fl-chip", there.length, part.w);
  let soonest: Countdown | null = null;
  let out = 0;
  there.forEach(({ chip, belief }, slot) => {
    if (!belief.healthy) out++;
    const counting = countdown(belief);
    if (places[slot]) paintChip(places[slot], chip.label, belief, counting);
    if (counting.text && (!soonest || counting.in_s < soonest.in_s)) soonest = counting;
  });
  text(el.querySelector("[data-part=belief]"), (soonest as Countdown | null)?.text ?? (out ? `${out} of ${there.length} out` : ""));
}

/** "2/3 failed, 20 s left" while probes speak against what is believed. */
function countdown({ healthy, streak, threshold, decides_s }: Belief): Countdown {
  if (!(streak > 0 && threshold > 0)) return { text: "", in_s: Infinity };
  const left = Number.isFinite(decides_s) && decides_s >= 0 ? `, ${Math.ceil(decides_s)} s left` : "";
  return { text: `${streak}/${threshold} ${healthy ? "failed" : "passed"}${left}`, in_s: decides_s };
}

function paintChip(place: HTMLElement, label: string, { state, healthy, streak, threshold }: Belief, counting: Countdown): void {
  set(place, "state", STATES[state]);
  set(place, "belief", healthy ? "in" : "out");
  set(place, "wrong", String(healthy !== (state === 0)));
  const count = counting.text ? String(Math.min(1, streak / threshold)) : "0";
  if (place.style.getPropertyValue("--count") !== count) place.style.setProperty("--count", count);
  const words = `${label}: ${state === 0 ? "up" : "down"}, believed ${healthy ? "healthy" : "unhealthy"}${counting.text && `, ${counting.text}`}`;
  if (place.title !== words) place.title = place.ariaLabel = words;
}
