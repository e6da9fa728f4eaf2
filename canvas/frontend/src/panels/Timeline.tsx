import { useRef } from "react";
import { clock, duration } from "../frames/words";
import type { RunFault } from "../protocol";
import type { Session } from "../session/session";
import { useSession, useTick } from "../session/use";
import { FaultBar } from "./FaultBar";
import { faultBars, phaseBars, ticks, timeAt } from "./timeline-model";

/** The run as a line of time: faults, phases of recovery, warm-up, what is simulated so far, and the playhead to drag. */
export function Timeline() {
  const session = useSession();
  const track = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const { run, frames } = session;
  const length_s = run?.duration_s ?? session.doc.duration_s ?? 600;
  const warm_s = run?.warmup_s ?? session.doc.warmup_s ?? 0;
  const until_s = frames?.until_s ?? 0;
  const faults = faultBars(faultsOf(session), length_s);
  const phases = phaseBars(frames ? (run?.phases ?? []) : [], length_s);
  // The timeline keeps its height: more than two rows of faults move closer together, like cards in a hand.
  const pitch = Math.min(14, 14 / Math.max(1, Math.max(0, ...faults.map((bar) => bar.row))));

  useTick(() => {
    const t = session.clock.playhead_s;
    if (head.current) head.current.style.left = `${(100 * t) / length_s}%`;
    const el = track.current;
    if (!el) return;
    el.setAttribute("aria-valuenow", t.toFixed(0));
    el.setAttribute("aria-valuetext", `${clock(t)} of ${clock(length_s)}`);
  });

  const seekX = (x: number): void => {
    const box = track.current!.getBoundingClientRect();
    session.seek(timeAt(x, box.left, box.width, length_s));
  };
  const seekTo = (event: PointerEvent | React.PointerEvent): void => seekX(event.clientX);
  const grab = (event: React.PointerEvent): void => {
    if (event.button !== 0 || !frames) return;
    const el = track.current!;
    el.setPointerCapture(event.pointerId);
    seekTo(event);
    const end = (): void => {
      el.removeEventListener("pointermove", seekTo);
      el.removeEventListener("pointerup", end);
      el.removeEventListener("pointercancel", end);
      session.emit({ t: "seek", t_s: Math.round(session.clock.playhead_s * 10) / 10 });
    };
    el.addEventListener("pointermove", seekTo);
    el.addEventListener("pointerup", end);
    el.addEventListener("pointercancel", end);
  };

  const at = (t_s: number): string => `${(100 * t_s) / length_s}%`;
  return (
    <div className={`fl-timeline${frames ? "" : " empty"}`}>
      <div
        ref={track} className="fl-track" role="slider" tabIndex={0} aria-label="Playhead" aria-valuemin={0} aria-valuemax={length_s}
        aria-disabled={!frames} onPointerDown={grab}
      >
        <div className="fl-until" style={{ width: at(until_s) }} />
        {warm_s > 0 && <div className="fl-warmup" style={{ width: at(warm_s) }} title={`Warm-up: left out of the totals until ${clock(warm_s)}`} />}
        {ticks(length_s).map((t) => <span key={t} className="fl-time" style={{ left: at(t) }}>{clock(t)}</span>)}
        <div className="fl-phases">
          {phases.filter((bar) => bar.row < 2).map(({ phase, left, width, row }, i) => (
            <span key={i} className={`fl-phase ${phase.phase}`} style={{ left: `${left}%`, width: `${width}%`, top: row * 11 }} title={`${phase.node ?? ""} ${phase.phase.replace("_", " ")}: ${clock(phase.from_s)}, ${duration(phase.to_s - phase.from_s)}`}>
              {phase.phase.replace("_", " ")}
            </span>
          ))}
        </div>
      </div>
      <div className="fl-faultbars">
        {faults.map((bar) => <FaultBar key={bar.fault.id} bar={bar} top={bar.row * pitch} length_s={length_s} seek={seekX} />)}
      </div>
      <div ref={head} className="fl-playhead" />
    </div>
  );
}

/** The faults as drawn, in the words of the run where it knows them: it has the numbers in its sentences. */
function faultsOf(session: Session): RunFault[] {
  return session.faults.map((fault, i) => {
    const kind = session.catalogue.faults.find((entry) => entry.kind === fault.kind);
    const told = session.run?.faults.find((entry) => entry.id === fault.id);
    const target = fault.target ?? (Array.isArray(fault.between) ? fault.between.join(" ↔ ") : "");
    const end_s = typeof fault.for_s === "number" ? fault.at_s + fault.for_s : null;
    const [label, sentence] = [told?.label ?? kind?.label ?? fault.kind, told?.sentence ?? kind?.sentence ?? ""];
    return { id: fault.id ?? String(i), kind: fault.kind, target, start_s: fault.at_s, end_s, label, sentence };
  });
}
