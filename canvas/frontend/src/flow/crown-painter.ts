import type { Frames } from "../frames/frames";
import type { Phase } from "../protocol";
import { set } from "./pip-painter";

const PRIMARY = 1;
const OUT_OF_SYNC = 3;

/** A change of the primary under way: from when it was decided until every caller knows, and the stretch in which the new one gets ready. */
export interface Handover {
  decided_s: number;
  promote: Phase | undefined;
  until_s: number;
}

/** The handover of a node that lasts at `t_s`, if one does. A promotion that failed has no end of its own: roles tell. */
export function handoverAt(phases: Phase[], node: string, t_s: number): Handover | null {
  const own = phases.filter((phase) => phase.node === node).sort((a, b) => a.from_s - b.from_s);
  const decide = own.filter((phase) => phase.phase === "decide" && phase.from_s <= t_s).at(-1);
  if (!decide) return null;
  const next = own.find((phase) => phase.phase === "decide" && phase.from_s > decide.from_s)?.from_s ?? Infinity;
  const after = (name: string): Phase | undefined => own.find((phase) => phase.phase === name && phase.from_s >= decide.from_s && phase.from_s < next);
  const promote = after("promote");
  const until_s = after("propagate")?.to_s ?? Infinity;
  return t_s < until_s ? { decided_s: decide.from_s, promote, until_s } : null;
}

/** While a handover lasts, the old primary keeps a ghost of its crown; the crown itself is on its way to the one that is promoted. */
export function paintCrown(root: HTMLElement, frames: Frames, row: number, phases: Phase[], node: string): void {
  const t_s = row * frames.meta.dt;
  const handover = handoverAt(phases, node, t_s);
  const role = (at: number, pip: HTMLElement): number => frames.instances.at(at, Number(pip.dataset.row), "role");
  const pips = [...root.querySelectorAll<HTMLElement>(".fl-pip[data-role]")].filter((pip) => Number(pip.dataset.row) >= 0);
  const old = handover ? pips.find((pip) => role(frames.row(handover.decided_s), pip) === PRIMARY) : undefined;
  for (const pip of pips) set(pip, "ghost", String(pip === old && role(row, pip) === OUT_OF_SYNC));
  const promote = handover?.promote;
  const to = promote ? pips.find((pip) => pip !== old && role(frames.row(promote.to_s + frames.meta.dt), pip) === PRIMARY) : undefined;
  const share = promote ? (t_s - promote.from_s) / Math.max(frames.meta.dt, promote.to_s - promote.from_s) : -1;
  slide(root, old, to, share);
}

function slide(root: HTMLElement, from: HTMLElement | undefined, to: HTMLElement | undefined, share: number): void {
  let crown = root.querySelector<HTMLElement>(".fl-crown");
  if (!from || !to || share < 0 || share >= 1) return crown?.remove();
  const [a, b] = [placeOn(from), placeOn(to)];
  const transform = `translate(${a.x + (b.x - a.x) * share}px, ${a.y + (b.y - a.y) * share}px)`;
  if (!crown) {
    crown = document.createElement("span");
    crown.className = "fl-crown";
    crown.style.transform = transform; // before it is in the document, so that a jump on the timeline does not slide it there
    root.appendChild(crown);
  }
  crown.style.transform = transform;
}

/** Where a pip lies on its card. */
export function placeOn(pip: HTMLElement): { x: number; y: number } {
  const part = pip.offsetParent as HTMLElement | null;
  return { x: (part?.offsetLeft ?? 0) + pip.offsetLeft, y: (part?.offsetTop ?? 0) + pip.offsetTop };
}
