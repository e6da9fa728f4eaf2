import { useRef } from "react";
import { clock } from "../frames/words";
import { Sign, type SignName } from "../glyphs";
import { useSession, useTick } from "../session/use";
import { Timeline } from "./Timeline";

const SPEEDS = [0.5, 1, 2, 5, 10, 20, 30, 60];

/** Playback: everything here happens in the browser; only “play” without fresh frames asks Python. */
export function Transport() {
  const session = useSession();
  const time = useRef<HTMLOutputElement>(null);
  const length_s = session.run?.duration_s ?? session.doc.duration_s ?? 600;
  const ready = session.frames !== null && !session.stale;
  const busy = session.wantsPlay || (session.computing && !session.frames);
  useTick(() => {
    if (time.current) time.current.textContent = clock(session.clock.playhead_s);
  });
  const play = session.clock.playing ? "Pause" : "Play";
  const first = ready || session.clock.playing ? "" : "; simulates the whole run first";
  const button = (sign: SignName, label: string, run: () => void) => (
    <button type="button" className="fl-icon" onClick={run} disabled={!session.frames} aria-label={label} title={label}><Sign name={sign} size={15} /></button>
  );
  return (
    <div className="fl-transport" role="group" aria-label="Playback">
      <div className="fl-controls">
        <button type="button" className={`fl-play${session.frames && session.stale ? " stale" : ""}`} onClick={() => session.play()} disabled={!session.doc.nodes.length || busy} aria-label={play} title={`${play} (Space)${first}`}>
          <Sign name={session.clock.playing ? "pause" : "play"} size={16} /> <span>{play}</span>
        </button>
        {button("restart", "To the start (Home)", () => session.seek(0))}
        {button("back", "One second back (←)", () => session.seek(session.clock.playhead_s - 1))}
        {button("forward", "One second on (→)", () => session.seek(session.clock.playhead_s + 1))}
        <span className="fl-clock"><output ref={time} aria-label="Playhead time">00:00</output><small> / {clock(length_s)}</small></span>
        <select className="fl-input fl-speed" aria-label="Speed" title="Playback speed" value={session.clock.speed} onChange={(event) => ((session.clock.speed = Number(event.target.value)), session.bump())}>
          {SPEEDS.map((speed) => <option key={speed} value={speed}>{speed}×</option>)}
        </select>
        <RunStatus />
      </div>
      <Timeline />
    </div>
  );
}

/** What the simulation is doing, and the way out. */
function RunStatus() {
  const session = useSession();
  const { run } = session;
  if (session.computing || session.wantsPlay)
    return (
      <span className="fl-status" role="status">
        <progress value={run?.progress || undefined} max={1} aria-label="Progress of the run" />
        <span>{run?.message || "Starting the run …"}</span>
        <button type="button" className="fl-link" onClick={() => session.cancel()}>Cancel</button>
      </span>
    );
  if (session.stale)
    return <span className="fl-status stale" role="status">The drawing has changed: results are of the version before, play simulates it anew.</span>;
  if (run?.message) {
    const bad = run.state === "failed" || run.state === "saturated";
    return <span className={`fl-status${bad ? " failed" : ""}`} role="status" title={run.message}><span>{run.message}</span></span>;
  }
  if (run && session.frames) return <span className="fl-status" role="status">Seed {run.seed}{run.variant ? ` · ${run.variant}` : ""}</span>;
  return <span className="fl-status" role="status">{session.doc.nodes.length ? "Press play: the whole run is simulated, then played." : ""}</span>;
}
