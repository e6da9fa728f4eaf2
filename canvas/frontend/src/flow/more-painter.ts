import { amplification, amplificationWords, cacheMark, cacheWords, deadWords, functionMark, functionWords, queueMark, queueWords, staleMark, staleWords, topicWords } from "../frames/mark-words";
import type { Frames } from "../frames/frames";
import { compact, percent } from "../frames/words";
import { markSvg } from "../marks";

/** The row that only some behaviours have, as HTML; empty for the others. All that goes in is numbers and our own words. */
export function moreRow(frames: Frames, row: number, id: string): string {
  const queue = queueMark(frames, row, id);
  if (queue) {
    const dead = deadWords(queue);
    return `<span class="said">${queueWords(queue)}</span>${dead ? `<span class="bad">${dead}</span>` : ""}`;
  }
  if (frames.hasMark(id, "in_flight")) return `<span class="said">${topicWords(frames, row, id)}</span>`;
  const cache = cacheMark(frames, row, id);
  if (cache) {
    const full = Number.isFinite(cache.held) && cache.places ? bar([[cache.held / cache.places, cache.cold ? "cold" : "busy"]], `${percent(cache.held / cache.places)} full`) : "";
    return `${full}<span class="said">${cacheWords(cache)}</span>${cache.cold ? `<span class="cold">${markSvg("cold")}cold</span>` : ""}`;
  }
  const fn = functionMark(frames, row, id);
  if (!fn) return "";
  // On a scale of what is there: the account's limit is often a hundred times as much.
  const all = Math.max(1, fn.busy + fn.idle);
  const near = fn.most > 0 && all >= 0.9 * fn.most ? `<span class="bad">of ${compact(fn.most)}</span>` : "";
  const shares: [number, string][] = [[fn.busy / all, "busy"], [fn.idle / all, "idle"]];
  return `${bar(shares, `${fn.busy} of ${all} environments busy`)}<span class="said">${functionWords(fn)}</span>${fn.cold_per_s > 0 ? `<span class="cold">${markSvg("cold")}</span>` : ""}${near}`;
}

function bar(shares: [number, string][], title: string): string {
  const parts = shares.map(([share, name]) => `<b class="${name}" style="width:${(100 * Math.min(1, Math.max(0, share))).toFixed(0)}%"></b>`).join("");
  return `<i class="fl-level" title="${title}">${parts}</i>`;
}

/** A retry is worth a word from here on. */
const AMPLIFIED = 1.1;
/** How long a change of a group's size is flagged, in simulated seconds. */
const FLAGGED_S = 20;

/** Flags below a card: attempts per call, stale DNS answers, and a group's change of size with what is still on its way. */
export function flags(frames: Frames, row: number, id: string, calls: string[]): string {
  const out: string[] = [];
  const wanted = frames.mark(row, id, "wanted");
  if (Number.isFinite(wanted)) {
    const before = frames.mark(Math.max(0, row - Math.ceil(FLAGGED_S / frames.meta.dt)), id, "wanted");
    const step = wanted - before;
    if (step) out.push(`<span class="step" title="The group wants ${wanted} instances"><i class="ring" style="--share:${ringOf(frames, row, id)}"></i>${step > 0 ? "+" : "−"}${Math.abs(step)}</span>`);
  }
  const factor = amplification(frames, row, calls);
  if (factor >= AMPLIFIED) out.push(`<span class="again" title="Attempts per call, retries included">○ ${amplificationWords(factor)}</span>`);
  const stale = staleMark(frames, row, calls);
  if (stale && stale.share >= 0.005)
    out.push(`<span class="stale" title="Callers that still have an old DNS answer"><i class="decay"><b style="width:${(100 * stale.share).toFixed(0)}%"></b></i>${staleWords(stale)}</span>`);
  return out.join("");
}

/** How far the slowest of the instances on their way has come; 1 when none is. */
function ringOf(frames: Frames, row: number, id: string): string {
  const f = frames.factsOf(id);
  let left = 0;
  for (const { node, index } of frames.meta.instances) {
    if (node !== id) continue;
    const life = frames.mark(row, `${node}[${index}]`, "life");
    if (life >= 1 && life < 4) left = Math.max(left, 1 - (life % 1));
  }
  return f.launching_s ? (1 - left).toFixed(2) : "1";
}

/** Depth on a logarithmic scale: 10, 100, 1k and 10k are equally far apart. */
export const tankLevel = (depth: number): number => Math.min(1, Math.log10(Math.max(0, depth) + 1) / 4);

export function paintTank(tank: HTMLElement | undefined, depth: number, words: string, state: string): void {
  if (!tank) return;
  const level = tankLevel(depth).toFixed(3);
  if (tank.style.getPropertyValue("--level") !== level) tank.style.setProperty("--level", level);
  if (tank.title === words && tank.dataset.state === state) return;
  tank.title = tank.ariaLabel = words;
  tank.dataset.state = state;
}
