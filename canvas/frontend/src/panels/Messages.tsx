import { useEffect, useRef } from "react";
import { targetOf } from "../document/target";
import { clock, eventText } from "../frames/words";
import { Sign } from "../glyphs";
import { useCanvas, useSession, useTick } from "../session/use";
import { Inject } from "./Inject";

/** Says beside the pointer why something was refused, and offers the way out if there is one. */
export function Toasts() {
  const session = useSession();
  const { toast } = session.view;
  return (
    <div aria-live="assertive" role="status" className="fl-toasts">
      {toast && (
        <div key={toast.id} className="fl-toast" style={{ left: Math.max(150, Math.min(toast.x, window.innerWidth - 160)), top: Math.max(70, toast.y) }}>
          <span>{toast.text}</span>
          {toast.action && <button type="button" className="fl-link" onClick={toast.action.run}>{toast.action.label}</button>}
        </div>
      )}
    </div>
  );
}

/** The faults of what was right-clicked. */
export function FaultMenu() {
  const session = useSession();
  const box = useRef<HTMLDivElement>(null);
  const { menu } = session.view;
  useEffect(() => {
    if (!menu) return;
    const el = box.current!;
    el.querySelector<HTMLElement>("[data-rove]")?.focus();
    // A menu near the lower edge opens upwards, or its last entries could not be reached; one that grows moves up with what it opened.
    const place = (): void => {
      el.style.top = `${Math.max(8, Math.min(menu.y, window.innerHeight - el.offsetHeight - 8))}px`;
      el.style.left = `${Math.max(8, Math.min(menu.x, window.innerWidth - el.offsetWidth - 8))}px`;
    };
    place();
    const grown = new ResizeObserver(place);
    grown.observe(el);
    window.addEventListener("resize", place);
    const away = (event: Event): void => {
      if (!event.composedPath().includes(el)) session.view.openMenu(null);
    };
    document.addEventListener("pointerdown", away, true);
    return () => {
      grown.disconnect();
      window.removeEventListener("resize", place);
      document.removeEventListener("pointerdown", away, true);
    };
  }, [menu, session]);
  if (!menu) return null;
  const target = targetOf(session.doc, session.catalogue, menu.target);
  return (
    <div ref={box} className="fl-menu" role="dialog" aria-label={`Break ${menu.target}`} style={{ left: menu.x, top: menu.y }}
      onKeyDown={(event) => event.key === "Escape" && session.view.openMenu(null)}>
      <header><b>Break {target?.label}</b><small>at {clock(session.clock.playhead_s)}</small></header>
      <Inject target={menu.target} after={() => session.view.openMenu(null)} />
    </div>
  );
}

/** A drawing of an earlier visit was put back. */
export function RestoredNote() {
  const session = useSession();
  if (!session.restored) return null;
  const keep = (): void => {
    session.restored = false;
    session.bump();
  };
  return (
    <div className="fl-note" role="status">
      Restored your drawing
      <button type="button" className="fl-link" onClick={() => session.startFresh()}>start fresh</button>
      <button type="button" className="fl-icon" aria-label="Keep the drawing and hide this note" onClick={keep}><Sign name="close" size={12} /></button>
    </div>
  );
}

/** Reads the log aloud, politely, as the playhead passes its lines; a jump reads none and takes away what was read last. */
export function LiveLog() {
  const { session } = useCanvas();
  const line = useRef<HTMLDivElement>(null);
  const last = useRef(session.clock.playhead_s);
  useTick(() => {
    const [from, to] = [last.current, session.clock.playhead_s];
    last.current = to;
    if (to < from || (to > from && !session.clock.playing)) line.current?.replaceChildren();
    if (!session.clock.playing || to <= from) return;
    const passed = (session.run?.events ?? []).filter((event) => event.t_s > from && event.t_s <= to);
    const event = passed[passed.length - 1];
    if (!event || !line.current) return;
    const { node, text } = eventText(event.node, event.text);
    line.current.textContent = `${clock(event.t_s)} ${node} ${text}`;
  });
  return <div ref={line} className="fl-live" role="log" aria-live="polite" aria-label="Latest event" />;
}

/** An empty canvas says what to do. */
export function EmptyState() {
  const session = useSession();
  if (session.doc.nodes.length || session.doc.regions?.length) return null;
  return (
    <div className="fl-empty">
      <h2>Draw an architecture</h2>
      <FirstSteps />
    </div>
  );
}

/** How a drawing begins. */
export function FirstSteps() {
  const hasRegion = (useSession().doc.regions ?? []).length > 0;
  return (
    <ol className="fl-steps">
      {!hasRegion && <li>Drag a <b>Region</b> from the left: it comes with two AZs.</li>}
      <li>Drag components from the left into {hasRegion ? "the" : "its"} AZs and <b>Clients</b> above {hasRegion ? "the Region" : "it"}.</li>
      <li>Connect them from the dot below a card to the next card.</li>
      <li>Press <b>Play</b>, then break something.</li>
    </ol>
  );
}
