import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { causeWord, compact, duration, percent } from "../frames/words";
import type { Session } from "../session/session";
import { useCanvas, useTick } from "../session/use";
import { activeFaults } from "./active";
import { BreakerMark, paintBreaker } from "./BreakerMark";
import type { EdgeData } from "./model";

/** A call edge. Its width says the rate, its particles (drawn by the overlay) the latency and the failures. */
export const TrafficEdge = memo(({ id, selected, data }: EdgeProps<Edge<EdgeData>>) => {
  const { session, overlay } = useCanvas();
  const label = useRef<HTMLDivElement>(null);
  const line = useRef<SVGGElement>(null);
  const curve = data?.placed?.line;
  const async = data?.async ?? false;
  useEffect(() => {
    if (curve) overlay.current?.setCurve(id, curve, async);
  }, [curve, async, id, overlay]);
  useEffect(() => () => overlay.current?.dropCurve(id), [id, overlay]);
  useTick(() => {
    paintEdge(session, id, line.current, label.current);
    const frames = session.stale ? null : session.frames;
    const breaker = label.current?.parentElement?.querySelector<HTMLElement>(`[data-breaker="${CSS.escape(id)}"]`) ?? null;
    if (data?.breaker) paintBreaker(breaker, frames, frames?.row(session.clock.playhead_s) ?? -1, id);
  });
  if (!data?.placed || !curve) return null;
  const { label: [x, y], breaker: [bx, by], over } = data.placed;
  const hover = (on: boolean) => () => {
    label.current?.classList.toggle("hover", on);
    if (on) paintEdge(session, id, line.current, label.current);
  };
  return (
    <>
      <g ref={line} className={`fl-edge${selected ? " selected" : ""}${data.async ? " async" : ""}${data.problems ? " wrong" : ""}`} onMouseEnter={hover(true)} onMouseLeave={hover(false)}>
        <BaseEdge id={id} path={curve.d} interactionWidth={18} markerEnd="url(#fl-arrow)" />
      </g>
      <EdgeLabelRenderer>
        <div ref={label} className={`fl-edge-label${selected ? " selected" : ""}`} style={{ transform: over ? `translate(${x}px,${y}px) translate(-50%,-50%)` : `translate(${x + 10}px,${y}px) translateY(-50%)` }} />
        {data.breaker && <BreakerMark id={id} x={bx} y={by} />}
      </EdgeLabelRenderer>
    </>
  );
});

function paintEdge(session: Session, id: string, line: SVGGElement | null, label: HTMLElement | null): void {
  const path = line?.querySelector<SVGPathElement>(".react-flow__edge-path");
  if (!path || !label) return;
  const frames = session.stale ? null : session.frames;
  const edge = frames?.edgeIndex.get(id);
  if (!frames || edge === undefined) {
    path.style.strokeWidth = "";
    line!.removeAttribute("data-state");
    label.textContent = "";
    label.classList.remove("failing", "grey");
    return;
  }
  const row = frames.row(session.clock.playhead_s);
  const value = (field: string): number => frames.edges.at(row, edge, field);
  const rate = value("rate");
  const share = rate > 0 ? Math.min(1, value("failed") / rate) : 0;
  // In steps of a quarter pixel: a width that changes a little every second would keep its easing, and so the painting, going for ever.
  const width = String(Math.round(4 * (rate > 0 ? 1.2 + 0.9 * Math.log10(1 + rate) : 1)) / 4);
  if (path.style.strokeWidth !== `${width}px`) path.style.strokeWidth = `${width}px`;
  const fault = activeFaults(session).find((entry) => entry.target === id);
  const grey = activeFaults(session).map((entry) => entry.grey?.[id]).filter(Boolean).join(", ");
  const state = fault && !grey ? "cut" : grey ? "grey" : share > 0.01 ? "failing" : rate > 0 ? "busy" : "idle";
  if (line!.dataset.state !== state) line!.dataset.state = state;
  label.classList.toggle("failing", share > 0.01);
  label.classList.toggle("grey", grey !== "");
  if (!label.matches(".hover, .selected, .failing, .grey")) return;
  const cause = frames.meta.causes[value("cause")];
  const failing = share > 0 ? ` · ◆ ${percent(share)} ${causeWord(cause)}` : "";
  const again = value("retries") > 0.5 ? ` · ○ ${compact(value("retries"))}/s again` : "";
  const text = `${grey ? `${grey} · ` : fault ? `${fault.label} · ` : ""}${compact(rate)}/s${value("p99_s") > 0 ? ` · p99 ${duration(value("p99_s"))}` : ""}${again}${failing}`;
  if (label.textContent !== text) label.textContent = text;
}
