import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import { kindOf, type Kind } from "../catalogue";
import { badgeOf } from "../document/advice";
import { isSynchronous } from "../document/connect";
import { problemsAt } from "../document/problems";
import { edgeId, type Edge, type Node, type Region } from "../document/types";
import type { Geometry, Rect } from "../layout/geometry";
import type { Session } from "../session/session";
import { shownName } from "./design-line";
import { edgeLine } from "./path";
import { partsOf, type Part } from "./pips";
import { placed, route, type Placed } from "./route";

/** React Flow's nodes and edges are derived from the document; an unchanged one keeps its identity, so nothing is drawn twice. */
type Badge = ReturnType<typeof badgeOf>;
export type CardData = { node: Node; kind: Kind; parts: Part[]; wide: boolean; problems: string; advice: Badge };
export type RegionData = { region: Region; lanes: number };
export type LaneData = { az: string; region: string; home: string };
export type CardNode = FlowNode<CardData, "card">;
export type RegionNode = FlowNode<RegionData, "region">;
export type LaneNode = FlowNode<LaneData, "lane">;
export type EdgeData = { problems: number; async: boolean; breaker: boolean; placed: Placed | undefined };
export type AnyNode = CardNode | RegionNode | LaneNode;

/** Positions of what is being dragged right now, in canvas pixels. */
export type Drag = ReadonlyMap<string, { x: number; y: number }>;

/** From this width on a card has its numbers beside its name. */
const WIDE = 400;

export class Model {
  private nodes = new Map<string, { key: string; node: AnyNode }>();
  private edges = new Map<string, { key: string; edge: FlowEdge<EdgeData> }>();
  private lines = new Map<string, Placed>();
  private drawn: { geometry: Geometry | null; edges: unknown; moving: boolean; lies: string } = { geometry: null, edges: null, moving: false, lies: "" };

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
      const data: CardData = { node, kind, parts: partsOf(node, kind, card, region, geometry, frames), wide: card.w > WIDE, problems, advice: badgeOf(session.advice, node.id) };
      out.push(this.box("card", node.id, card, at, data, session, 1));
    }
    return out;
  }

  /** Lines are laid round the cards when these have come to rest; while one is dragged its own lines follow it as plain curves. */
  private placeLines(session: Session, drag: Drag): void {
    const { geometry } = session;
    const moving = drag.size > 0;
    if (!moving && !this.drawn.moving && this.drawn.geometry === geometry && this.drawn.edges === session.doc.edges) return;
    // An edit of a number makes a new geometry that is the same: laying hundreds of lines for it would be felt.
    const lies = moving ? "" : JSON.stringify([[...geometry.cards].map(([id, { x, y, w, h }]) => [id, x, y, w, h]), session.doc.edges?.map((edge) => [edgeId(edge), hasBreaker(edge)])]);
    const same = lies !== "" && lies === this.drawn.lies;
    this.drawn = { geometry, edges: session.doc.edges, moving, lies };
    if (same) return;
    const cards = [...geometry.cards.values()];
    const dragged = draggedCards(session, drag);
    const taken = new Map<number, number>();
    const lines = new Map<string, Placed>();
    const labels: Rect[] = [];
    for (const edge of session.doc.edges ?? []) {
      const id = edgeId(edge);
      const [from, to] = [edge.from, edge.to].map((id) => dragged.get(id) ?? geometry.cards.get(id));
      const known = this.lines.get(id);
      if (!from || !to) continue;
      if (!moving) lines.set(id, placed(from, to, route(from, to, cards, taken), cards, hasBreaker(edge), labels));
      else lines.set(id, known && !dragged.has(edge.from) && !dragged.has(edge.to) ? known : placed(from, to, edgeLine(from, to), []));
    }
    this.lines = lines;
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

  buildEdges(session: Session, drag: Drag): FlowEdge<EdgeData>[] {
    this.placeLines(session, drag);
    return (session.doc.edges ?? []).map((edge) => {
      const id = edgeId(edge);
      const selected = session.view.selected.has(id);
      const problems = problemsAt(session.problems, `edges.${id}`).length;
      const async = !isSynchronous(session.doc, session.catalogue, edge);
      const breaker = hasBreaker(edge);
      const placed = this.lines.get(id);
      const key = JSON.stringify([edge, selected, problems, async, placed?.line.d, placed?.label, placed?.breaker]);
      const known = this.edges.get(id);
      if (known?.key === key) return known.edge;
      const made: FlowEdge<EdgeData> = {
        id, type: "traffic", source: edge.from, target: edge.to, selected, data: { problems, async, breaker, placed }, focusable: true,
        ariaLabel: `${edge.from} calls ${edge.to}`, interactionWidth: 18,
      };
      this.edges.set(id, { key, edge: made });
      return made;
    });
  }
}

const hasBreaker = (edge: Edge): boolean => edge.breaker !== undefined && edge.breaker !== null;

/** Where the cards lie that are being dragged now, alone or with their Region. */
function draggedCards({ geometry }: Session, drag: Drag): Map<string, Rect> {
  const out = new Map<string, Rect>();
  for (const [id, card] of geometry.cards) {
    const region = card.place ? geometry.regions.get(card.place.region) : undefined;
    const moved = card.place ? drag.get(card.place.region) : undefined;
    const at = drag.get(id) ?? (region && moved ? { x: card.x + moved.x - region.x, y: card.y + moved.y - region.y } : null);
    if (at) out.set(id, { x: at.x, y: at.y, w: card.w, h: card.h });
  }
  return out;
}

/** What tells two versions of a box apart; the catalogue's long entry of a kind never changes under its name. */
const essentials = (data: AnyNode["data"]): unknown => ("kind" in data ? [data.node, data.parts, data.wide, data.problems, data.advice, data.kind.kind] : data);

function ariaLabel(data: AnyNode["data"]): string {
  if ("kind" in data) return `${data.kind.label} ${shownName(data.node)}`;
  return "az" in data ? `AZ ${data.az}` : `Region ${data.region.id}`;
}
