import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo, useRef } from "react";
import { serves } from "../catalogue";
import { Glyph } from "../glyphs";
import { AdviceMark } from "../panels/Advice";
import { useCanvas, useTick } from "../session/use";
import { CardPainter } from "./card-painter";
import { designLine, shownName } from "./design-line";
import type { CardNode } from "./model";
import { PartRow } from "./PartRow";

/** 270° of a circle of radius 16: the scale of the utilisation arc. */
const ARC = "M8.690 31.310 A16 16 0 1 1 31.310 31.310";
/** Ticks at 70 % and 100 % of the arc, as angles clockwise from the top. */
const TICKS = [-135 + 270 * 0.7, 135];

/** One card for every service. React draws the frame once; a painter writes the numbers of the playhead into it. */
export const ServiceCard = memo(({ id, data, selected }: NodeProps<CardNode>) => {
  const { session } = useCanvas();
  const root = useRef<HTMLDivElement>(null);
  const painter = useRef<CardPainter | null>(null);
  useTick(() => {
    if (!root.current) return;
    if (painter.current?.root !== root.current) painter.current = new CardPainter(root.current, session, id);
    painter.current.paint(data);
  });
  return (
    <div ref={root} className={`fl-card${data.wide ? " wide" : ""}${selected ? " selected" : ""}${data.problems ? " wrong" : ""}`} data-kind={data.kind.kind} data-behaviour={data.kind.behaviour} data-serves={serves(data.kind.behaviour) || undefined}>
      <Handle type="target" position={Position.Top} aria-label={`Connect to ${id}`} />
      <div className="fl-head">
        <div className="fl-arc" data-part="arc">
          <svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
            <path d={ARC} className="track" pathLength={100} />
            <path d={ARC} className="value" pathLength={100} strokeDasharray="0 200" />
            {TICKS.map((angle) => <path key={angle} className="tick" d="M20 1.500v3.500" transform={`rotate(${angle} 20 20)`} />)}
          </svg>
          <Glyph name={data.kind.glyph} size={18} />
        </div>
        <div className="fl-who">
          <b title={id}>{shownName(data.node)}</b>
          <small>{data.kind.label}</small>
        </div>
        <div className="fl-badge" data-part="fault" hidden />
        <div className="fl-health" data-part="health" />
      </div>
      <div className="fl-numbers" data-part="numbers"><span className="quiet">{designLine(data.node, data.kind)}</span></div>
      <div className="fl-special" data-part="special" />
      {data.kind.behaviour === "store" && <svg className="fl-replication" aria-hidden="true" />}
      {data.parts.map((part) => <PartRow key={part.az ?? ""} node={id} part={part} />)}
      {data.kind.behaviour === "store" && <small className="fl-lag" />}
      <div className="fl-tank" data-part="tank" role="img" hidden><i /></div>
      <div className="fl-tank dlq" data-part="dlq" role="img" hidden><i /></div>
      <div className="fl-flags" data-part="flags" />
      {data.problems && <div className="fl-problem" role="img" aria-label={`Problem: ${data.problems}`} title={data.problems}>!</div>}
      {!data.problems && data.advice && (
        <div className="fl-tip" title={data.advice.text} role="img" aria-label={`Advice: ${data.advice.text}`}>
          <AdviceMark severity={data.advice.severity} />{data.advice.count > 1 && data.advice.count}
        </div>
      )}
      <Handle type="source" position={Position.Bottom} aria-label={`Connect from ${id}`} />
    </div>
  );
});
