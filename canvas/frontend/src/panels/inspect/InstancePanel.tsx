import { useRef } from "react";
import { LAUNCHING, lagMark, lagWords, lifeOf, STAGES } from "../../frames/mark-words";
import { compact, percent } from "../../frames/words";
import { useCanvas, useTick } from "../../session/use";
import { BreakIt, Title } from "./parts";

const STATE = ["in service", "down, connections refused", "down, answers nothing", "a place of the group where no instance is"];

/** One instance: where it sits and how it is doing at the playhead. */
export function InstancePanel({ id }: { id: string }) {
  const { session } = useCanvas();
  const facts = useRef<HTMLParagraphElement>(null);
  const node = id.replace(/\[\d+\]$/, "");
  useTick(() => {
    if (facts.current) facts.current.textContent = factsOf(session, id);
  });
  return (
    <>
      <Title glyph="service" kind={`Instance of ${node}`}><b className="fl-name">{id}</b></Title>
      <p ref={facts} className="fl-facts" />
      <BreakIt target={id} open />
      <button type="button" className="fl-row-link" onClick={() => session.view.select([node])}>All of {node}</button>
    </>
  );
}

function factsOf(session: ReturnType<typeof useCanvas>["session"], id: string): string {
  const frames = session.frames;
  const i = frames?.meta.instances.findIndex((instance) => `${instance.node}[${instance.index}]` === id) ?? -1;
  if (!frames || i < 0) return "Press play to see how it is doing.";
  const row = frames.row(session.clock.playhead_s);
  const value = (field: string): number => frames.instances.at(row, i, field);
  const busy = value("state") === 0 ? `, ${percent(value("utilisation"))} busy, ${compact(value("queue"))} waiting` : "";
  const life = lifeOf(frames, row, i);
  const left = life && Number.isFinite(life.left_s) ? `, ${Math.ceil(life.left_s)} s left` : "";
  const onItsWay = life && life.stage > 0 && (value("state") === 0 || life.stage === LAUNCHING);
  const lag = lagMark(frames, row, id);
  const behind = lag && (lag.lag_s > 0 || lag.paused) ? `, ${lagWords(lag, false)}` : "";
  return `In ${frames.meta.instances[i].place}: ${onItsWay ? `${STAGES[life.stage]}${left}` : (STATE[value("state")] ?? "in service")}${busy}${behind}.`;
}
