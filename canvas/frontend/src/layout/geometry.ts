import { kindOf, type Catalogue } from "../catalogue";
import { placeOf, type Place, type Spot } from "../document/placement";
import type { Node, Point, Region, Scenario } from "../document/types";
import { autoPoints } from "./auto";
import { cardHeight, CARD_GAP, CARD_W, LANE_GAP, LANE_HEAD, LANE_PAD, REGION_HEAD, REGION_MIN_H, REGION_PAD } from "./sizes";

/** Boxes of Regions and lanes follow from their contents and are never stored; a document holds one point per node and Region. */
export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Lane extends Rect {
  region: string;
  index: number;
}
export interface Card extends Rect {
  place: Place | null;
}
export interface Geometry {
  regions: Map<string, Rect>;
  lanes: Map<string, Lane>;
  cards: Map<string, Card>;
}

interface Member {
  node: Node;
  place: Place;
  point: Point;
  h: number;
  column: number;
  columns: number;
}

export function arrange(doc: Scenario, catalogue: Catalogue): Geometry {
  const fallback = Object.keys(doc.layout ?? {}).length >= doc.nodes.length + (doc.regions?.length ?? 0) ? {} : autoPoints(doc, catalogue);
  const pointOf = (id: string): Point => doc.layout?.[id] ?? fallback[id] ?? [0, 0];
  const geometry: Geometry = { regions: new Map(), lanes: new Map(), cards: new Map() };
  const members = new Map<string, Member[]>((doc.regions ?? []).map((region) => [region.id, []]));
  for (const node of doc.nodes) {
    const kind = kindOf(catalogue, node.kind);
    const place = placeOf(doc, node, kind);
    const point = pointOf(node.id);
    const h = cardHeight(kind.behaviour);
    if (place) members.get(place.region)?.push({ node, place, point, h, column: 0, columns: 1 });
    else geometry.cards.set(node.id, { x: point[0], y: point[1], w: CARD_W, h, place });
  }
  const placed: Rect[] = [];
  for (const region of doc.regions ?? []) {
    const inside = members.get(region.id) ?? [];
    const stored = doc.layout?.[region.id];
    const origin = stored ?? derivedOrigin(inside.filter((m) => doc.layout?.[m.node.id])) ?? pointOf(region.id);
    placed.push(arrangeRegion(geometry, region, inside, beside(origin, placed)));
  }
  return geometry;
}

/** A Region without a point of its own lies around its nodes. */
function derivedOrigin(members: Member[]): Point | null {
  if (!members.length) return null;
  const left = Math.min(...members.map((m) => m.point[0]));
  const top = Math.min(...members.map((m) => m.point[1]));
  return [left - REGION_PAD - LANE_PAD, top - REGION_HEAD - LANE_HEAD - LANE_PAD];
}

/** Moves a Region to the right until it touches none of those before it. */
function beside([x, y]: Point, placed: Rect[]): Point {
  for (const other of placed) if (x < other.x + other.w + 24 && x + CARD_W > other.x && y < other.y + other.h) x = other.x + other.w + 48;
  return [x, y];
}

function arrangeRegion(geometry: Geometry, region: Region, members: Member[], [x, y]: Point): Rect {
  assignColumns(members);
  const lanes = Math.max(1, region.azs.length);
  const laneW = laneWidth(members);
  const top = y + REGION_HEAD + LANE_HEAD + LANE_PAD;
  const laneX = (index: number): number => x + REGION_PAD + index * (laneW + LANE_GAP);
  let bottom = y + REGION_MIN_H - REGION_PAD;
  for (const member of members) {
    const left = laneX(Math.min(member.place.first, lanes - 1)) + LANE_PAD;
    const right = laneX(Math.min(member.place.last, lanes - 1)) + laneW - LANE_PAD;
    const w = (right - left - (member.columns - 1) * CARD_GAP) / member.columns;
    const card = { x: left + member.column * (w + CARD_GAP), y: Math.max(top, member.point[1]), w, h: member.h, place: member.place };
    geometry.cards.set(member.node.id, card);
    bottom = Math.max(bottom, card.y + card.h + LANE_PAD);
  }
  const rect = { x, y, w: 2 * REGION_PAD + lanes * laneW + (lanes - 1) * LANE_GAP, h: bottom + REGION_PAD - y };
  geometry.regions.set(region.id, rect);
  region.azs.forEach((az, index) =>
    geometry.lanes.set(az, { x: laneX(index), y: y + REGION_HEAD, w: laneW, h: bottom - y - REGION_HEAD, region: region.id, index }),
  );
  return rect;
}

/** Cards over the same lanes whose rows overlap stand side by side, in the order of their stored x. */
function assignColumns(members: Member[]): void {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = `${member.place.first}-${member.place.last}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  for (const group of groups.values())
    for (const row of rows(group)) {
      row.sort((a, b) => a.point[0] - b.point[0] || (a.node.id < b.node.id ? -1 : 1));
      row.forEach((member, i) => Object.assign(member, { column: i, columns: row.length }));
    }
}

/** Splits cards into runs that overlap vertically. */
function rows(group: Member[]): Member[][] {
  const sorted = [...group].sort((a, b) => a.point[1] - b.point[1]);
  const out: Member[][] = [];
  let bottom = -Infinity;
  for (const member of sorted) {
    if (member.point[1] >= bottom) out.push([member]);
    else out[out.length - 1].push(member);
    bottom = Math.max(bottom, member.point[1] + member.h);
  }
  return out;
}

/** Lanes of one Region are equally wide: as wide as the fullest needs. */
function laneWidth(members: Member[]): number {
  const needs = members.map((m) => {
    const lanes = m.place.last - m.place.first + 1;
    const row = m.columns * CARD_W + (m.columns - 1) * CARD_GAP + 2 * LANE_PAD;
    return (row - (lanes - 1) * LANE_GAP) / lanes;
  });
  return Math.max(CARD_W + 2 * LANE_PAD, ...needs);
}

/** What lies under a point: a lane counts below the Region's header, so the header means “all AZs”. */
export function spotAt(geometry: Geometry, x: number, y: number): Spot {
  const holds = (r: Rect): boolean => x >= r.x && x <= r.x + r.w && y >= r.y && y <= r.y + r.h;
  for (const [az, lane] of geometry.lanes) if (holds(lane)) return { on: "az", region: lane.region, az };
  for (const [region, rect] of geometry.regions) if (holds(rect)) return { on: "region", region };
  return { on: "outside" };
}

/** The document with the point of everything written down, so that a later edit moves nothing but what it means to move. */
export function materialise(doc: Scenario, geometry: Geometry): Scenario {
  const layout: { [id: string]: Point } = {};
  for (const node of doc.nodes) {
    const card = geometry.cards.get(node.id);
    layout[node.id] = doc.layout?.[node.id] ?? (card ? [Math.round(card.x), Math.round(card.y)] : [0, 0]);
  }
  for (const [id, rect] of geometry.regions) layout[id] = [Math.round(rect.x), Math.round(rect.y)];
  return { ...doc, layout };
}
