import { useEffect, useRef, useState } from "react";
import { clock } from "../frames/words";
import { StateMark } from "../marks";
import { useSession } from "../session/use";
import { editOf, share, shifted, type FaultBar as Bar, type Grip, type Span } from "./timeline-model";

/** Arrow keys pressed in a row are one edit, made when they rest for this long: each edit is simulated. */
const REST_MS = 400;
/** A pointer that moved less than this many pixels has clicked. */
const STILL_PX = 3;

/** A fault on the timeline. Drag it to another second, drag its end, or do both with the arrow keys. */
export function FaultBar({ bar, top, length_s, seek }: { bar: Bar; top: number; length_s: number; seek: (x: number) => void }) {
  const session = useSession();
  const { fault } = bar;
  const settled: Span = { start_s: fault.start_s, end_s: fault.end_s };
  const [draft, setDraft] = useState<Span | null>(null);
  const pending = useRef<{ span: Span; timer: ReturnType<typeof setTimeout> } | null>(null);
  const shown = draft ?? settled;

  const commit = (span: Span): void => {
    if (pending.current) clearTimeout(pending.current.timer);
    pending.current = null;
    const edit = editOf(settled, span);
    if (edit) session.editFault(fault.id, edit);
    setDraft(null);
  };
  const rest = (span: Span): void => {
    if (pending.current) clearTimeout(pending.current.timer);
    pending.current = { span, timer: setTimeout(() => commit(span), REST_MS) };
    setDraft(span);
  };
  useEffect(() => () => void (pending.current && clearTimeout(pending.current.timer)), []);

  const grab = (grip: Grip) => (down: React.PointerEvent<HTMLElement>): void => {
    if (down.button !== 0) return;
    down.stopPropagation();
    const el = down.currentTarget;
    const width = el.closest(".fl-timeline")!.getBoundingClientRect().width;
    el.setPointerCapture(down.pointerId);
    let span: Span | null = null;
    const move = (event: PointerEvent): void => {
      if (!span && Math.abs(event.clientX - down.clientX) < STILL_PX) return;
      span = shifted(settled, grip, ((event.clientX - down.clientX) / width) * length_s, length_s);
      setDraft(span);
    };
    const end = (event: PointerEvent): void => {
      el.removeEventListener("pointermove", move);
      el.removeEventListener("pointerup", end);
      el.removeEventListener("pointercancel", end);
      if (event.type === "pointercancel") setDraft(null);
      else if (span) commit(span);
      else if (grip === "move") seek(event.clientX);
    };
    el.addEventListener("pointermove", move);
    el.addEventListener("pointerup", end);
    el.addEventListener("pointercancel", end);
  };

  const onKey = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step) rest(shifted(shown, event.shiftKey ? "end" : "move", step, length_s));
    else if (event.key === "Delete" || event.key === "Backspace") {
      event.currentTarget.closest(".fl-timeline")?.querySelector<HTMLElement>(".fl-track")?.focus({ preventScroll: true });
      session.removeFault(fault.id);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const left = share(shown.start_s, length_s);
  const width = Math.max(0.4, share(shown.end_s ?? length_s, length_s) - left);
  const target = fault.target.replace("->", " → ");
  const until = shown.end_s === null ? "until the end" : `to ${clock(shown.end_s)}`;
  return (
    <div
      className={`fl-faultbar${draft ? " moving" : ""}`} style={{ left: `${left}%`, width: `${width}%`, top }} tabIndex={0} role="slider"
      aria-label={`${fault.label} of ${target}`} aria-valuemin={0} aria-valuemax={length_s} aria-valuenow={shown.start_s} aria-valuetext={`${clock(shown.start_s)} ${until}`}
      title={`${fault.sentence || fault.label}\nDrag to move, or ← →; the end with Shift. Delete removes.`}
      onPointerDown={grab("move")} onKeyDown={onKey} onBlur={() => pending.current && commit(pending.current.span)}
    >
      <i><StateMark mark="bolt" />{draft ? `${clock(shown.start_s)} ${until}` : <>{fault.label} <small>{target}</small></>}</i>
      <span className="fl-faultend" onPointerDown={grab("end")} />
    </div>
  );
}
