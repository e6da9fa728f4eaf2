import { useRef } from "react";
import { clock, eventText } from "../frames/words";
import { useSession, useTick } from "../session/use";

/** What happened when; a click goes there. Lines that are still to come are dimmed. */
export function EventLog() {
  const session = useSession();
  const list = useRef<HTMLOListElement>(null);
  const events = session.run?.events ?? [];
  useTick(() => {
    const t = session.clock.playhead_s;
    list.current?.querySelectorAll<HTMLElement>("li").forEach((item) => item.classList.toggle("ahead", Number(item.dataset.t) > t));
  });
  if (!events.length) return <p className="fl-story">The log of a run appears here: faults, probes, decisions, promotions.</p>;
  return (
    <ol className="fl-log" ref={list} aria-label="Event log">
      {events.map((event, i) => {
        const { node, text } = eventText(event.node, event.text);
        return (
          <li key={i} data-t={event.t_s} data-kind={event.kind}>
            <button type="button" onClick={() => session.seek(event.t_s)}>
              <time>{clock(event.t_s)}</time>
              <span>{node && <b>{node} </b>}{text}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
