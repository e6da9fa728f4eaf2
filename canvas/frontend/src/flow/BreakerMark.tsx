import type { Frames } from "../frames/frames";
import { breakerMark, breakerWords } from "../frames/mark-words";
import { set, text } from "./pip-painter";

/** A switch on the line: the lever lies flat while closed, stands open, and carries a probe while half open. */
export function BreakerMark({ id, x, y }: { id: string; x: number; y: number }) {
  return (
    <div className="fl-breaker" data-breaker={id} role="img" style={{ transform: `translate(${x}px,${y}px) translate(-11px,-50%)` }}>
      <svg viewBox="0 0 22 16" width="22" height="16" aria-hidden="true">
        <circle cx="4" cy="11" r="2" className="contact" />
        <circle cx="18" cy="11" r="2" className="contact" />
        <path d="M4 11H18" className="lever" />
        <circle cx="12" cy="4.500" r="1.900" className="probe" />
      </svg>
      <span />
    </div>
  );
}

/** Before a run it shows that there is one; in a run how it stands at its callers. */
export function paintBreaker(el: HTMLElement | null, frames: Frames | null, row: number, id: string): void {
  if (!el) return;
  const mark = frames ? breakerMark(frames, row, id) : null;
  set(el, "state", mark?.state ?? "closed");
  const words = mark ? breakerWords(mark) : "";
  text(el.querySelector("span"), mark && mark.state !== "closed" ? words : "");
  const label = `Circuit breaker ${id.replace("->", " → ")}${words && `: ${words}`}`;
  if (el.ariaLabel !== label) el.ariaLabel = el.title = label;
}
