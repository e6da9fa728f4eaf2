import { BaseEdge, EdgeLabelRenderer, useInternalNode, type EdgeProps } from "@xyflow/react";
import { memo, useEffect, useMemo, useRef } from "react";
import { causeWord, compact, duration, percent } from "../frames/words";
import type { Rect } from "../layout/geometry";
import type { Session } from "../session/session";
import { useCanvas, useTick } from "../session/use";
import { activeFaults } from "./active";
import { edgeCurve, pathOf, pointOn } from "./path";

type Internal = ReturnType<typeof useInternalNode>;
const rectOf = (node: Internal): Rect | null =>
  node ? { ...node.internals.positionAbsolute, w: node.measured.width ?? 0, h: node.measured.height ?? 0 } : null;

/** A call edge. Its width says the rate, its particles (drawn by the overlay) the latency and the failures. */
export const TrafficEdge = memo(({ id, source, target, selected, data }: EdgeProps) => {
  const { session, overlay } = useCanvas();
  const from = rectOf(useInternalNode(source));
  const to = rectOf(useInternalNode(target));
  const label = useRef<HTMLDivElement>(null);
  const line = useRef<SVGGElement>(null);
  const key = JSON.stringify([from, to]);
  const curve = useMemo(() => (from && to ? edgeCurve(from, to) : null), [key]);
  useEffect(() => {
    if (curve) overlay.current?.setCurve(id, curve);
  }, [curve, id, overlay]);
  useEffect(() => () => overlay.current?.dropCurve(id), [id, overlay]);
  useTick(() => paintEdge(session, id, line.current, label.current));
  if (!curve) return null;
  const [x, y] = pointOn(curve, 0.5);
  const hover = (on: boolean) => () => {
    label.current?.classList.toggle("hover", on);
    if (on) paintEdge(session, id, line.current, label.current);
  };
  return (
    <>
      <g ref={line} className={`fl-edge${selected ? " selected" : ""}${data?.async ? " async" : ""}${data?.problems ? " wrong" : ""}`} onMouseEnter={hover(true)} onMouseLeave={hover(false)}>
        <BaseEdge id={id} path={pathOf(curve)} interactionWidth={18} markerEnd="url(#fl-arrow)" />
      </g>
      <EdgeLabelRenderer>
        <div ref={label} className={`fl-edge-label${selected ? " selected" : ""}`} style={{ transform: `translate(${x + 10}px,${y}px) translateY(-50%)` }} />
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
  const state = fault ? "cut" : share > 0.01 ? "failing" : rate > 0 ? "busy" : "idle";
  if (line!.dataset.state !== state) line!.dataset.state = state;
  label.classList.toggle("failing", share > 0.01);
  if (!label.matches(".hover, .selected, .failing")) return;
  const cause = frames.meta.causes[value("cause")];
  const failing = share > 0 ? ` · ◆ ${percent(share)} ${causeWord(cause)}` : "";
  const again = value("retries") > 0.5 ? ` · ○ ${compact(value("retries"))}/s again` : "";
  const text = `${fault ? `${fault.label} · ` : ""}${compact(rate)}/s${value("p99_s") > 0 ? ` · p99 ${duration(value("p99_s"))}` : ""}${again}${failing}`;
  if (label.textContent !== text) label.textContent = text;
}
