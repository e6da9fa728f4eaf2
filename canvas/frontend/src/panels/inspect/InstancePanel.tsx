import { useRef } from "react";
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
  return `In ${frames.meta.instances[i].place}: ${STATE[value("state")] ?? "in service"}${busy}.`;
}
