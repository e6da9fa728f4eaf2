import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import { kindOf, type Kind } from "../catalogue";
import { badgeOf } from "../document/advice";
import { isSynchronous } from "../document/connect";
import { problemsAt } from "../document/problems";
import { edgeId, type Node, type Region } from "../document/types";
import type { Rect } from "../layout/geometry";
import type { Session } from "../session/session";
import { shownName } from "./design-line";
import { partsOf, type Part } from "./pips";

/** React Flow's nodes and edges are derived from the document; an unchanged one keeps its identity, so nothing is drawn twice. */
type Badge = ReturnType<typeof badgeOf>;
export type CardData = { node: Node; kind: Kind; parts: Part[]; wide: boolean; problems: string; advice: Badge };
export type RegionData = { region: Region; lanes: number };
export type LaneData = { az: string; region: string; home: string };
export type CardNode = FlowNode<CardData, "card">;
export type RegionNode = FlowNode<RegionData, "region">;
export type LaneNode = FlowNode<LaneData, "lane">;
export type AnyNode = CardNode | RegionNode | LaneNode;

/** Positions of what is being dragged right now, in canvas pixels. */
export type Drag = ReadonlyMap<string, { x: number; y: number }>;

export class Model {
  private nodes = new Map<string, { key: string; node: AnyNode }>();
  private edges = new Map<string, { key: string; edge: FlowEdge }>();

  buildNodes(session: Session, drag: Drag): AnyNode[] {
    const { doc, geometry } = session;
    const out: AnyNode[] = [];
    const shifts = new Map<string, { x: number; y: number }>();
    for (const region of doc.regions ?? []) {
      const rect = geometry.regions.get(region.id);
      if (!rect) continue;
      const at = drag.get(region.id) ?? rect;
      shifts.set(region.id, { x: at.x - rect.x, y: at.y - rect.y });
      out.push(this.box("region", region.id, rect, at, { region, lanes: region.azs.length }, session, -3));
    }
    for (const [az, lane] of geometry.lanes) {
      const shift = shifts.get(lane.region) ?? { x: 0, y: 0 };
      out.push(this.box("lane", az, lane, { x: lane.x + shift.x, y: lane.y + shift.y }, { az, region: lane.region, home: lane.region }, session, -2));
    }
    const frames = session.stale ? null : session.frames;
    for (const node of doc.nodes) {
      const card = geometry.cards.get(node.id);
      if (!card) continue;
      const kind = kindOf(session.catalogue, node.kind);
      const shift = (card.place && shifts.get(card.place.region)) ?? { x: 0, y: 0 };
      const at = drag.get(node.id) ?? { x: card.x + shift.x, y: card.y + shift.y };
      const region = doc.regions?.find((entry) => entry.id === card.place?.region);
      const problems = problemsAt(session.problems, `nodes.${node.id}`).join("\n");
      const data: CardData = { node, kind, parts: partsOf(node, kind, card, region, geometry, frames), wide: card.w > 330, problems, advice: badgeOf(session.advice, node.id) };
      out.push(this.box("card", node.id, card, at, data, session, 1));
    }
    return out;
  }

  private box(
    type: "region" | "lane" | "card", id: string, size: Rect, at: { x: number; y: number }, data: AnyNode["data"], session: Session, zIndex: number,
  ): AnyNode {
    const selected = session.view.selected.has(id);
    const key = JSON.stringify([type, at.x, at.y, size.w, size.h, selected, essentials(data)]);
    const known = this.nodes.get(id);
    if (known?.key === key) return known.node;
    const node = {
      id, type, data, selected, zIndex,
      position: { x: at.x, y: at.y }, width: size.w, height: size.h, measured: { width: size.w, height: size.h },
      draggable: type !== "lane", dragHandle: type === "region" ? ".fl-region-grip" : undefined, connectable: type === "card",
      ariaLabel: ariaLabel(data), focusable: true,
    } as AnyNode;
    this.nodes.set(id, { key, node });
    return node;
  }

  buildEdges(session: Session): FlowEdge[] {
    return (session.doc.edges ?? []).map((edge) => {
      const id = edgeId(edge);
      const selected = session.view.selected.has(id);
      const problems = problemsAt(session.problems, `edges.${id}`).length;
      const async = !isSynchronous(session.doc, session.catalogue, edge);
      const key = JSON.stringify([edge, selected, problems, async]);
      const known = this.edges.get(id);
      if (known?.key === key) return known.edge;
      const made: FlowEdge = {
        id, type: "traffic", source: edge.from, target: edge.to, selected, data: { problems, async }, focusable: true,
        ariaLabel: `${edge.from} calls ${edge.to}`, interactionWidth: 18,
      };
      this.edges.set(id, { key, edge: made });
      return made;
    });
  }
}

/** What tells two versions of a box apart; the catalogue's long entry of a kind never changes under its name. */
const essentials = (data: AnyNode["data"]): unknown => ("kind" in data ? [data.node, data.parts, data.wide, data.problems, data.advice, data.kind.kind] : data);

function ariaLabel(data: AnyNode["data"]): string {
  if ("kind" in data) return `${data.kind.label} ${shownName(data.node)}`;
  return "az" in data ? `AZ ${data.az}` : `Region ${data.region.id}`;
}
