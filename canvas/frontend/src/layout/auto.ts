import { kindOf, type Catalogue } from "../catalogue";
import { placeOf, type Place } from "../document/placement";
import type { Point, Scenario } from "../document/types";
import { cardHeight, CARD_GAP, CARD_W, LANE_GAP, LANE_HEAD, LANE_PAD, REGION_HEAD, REGION_PAD, ROW_GAP } from "./sizes";

/** Automatic layout: Regions side by side, tiers top to bottom by the longest call path that leads to a node. */
export function autoPoints(doc: Scenario, catalogue: Catalogue): { [id: string]: Point } {
  const depth = depths(doc);
  const points: { [id: string]: Point } = {};
  const outside = doc.nodes.filter((node) => !placeOf(doc, node, kindOf(catalogue, node.kind)));
  const rowsOutside = outside.length ? 1 + Math.max(0, ...outside.map((node) => (doc.regions?.length ? 0 : (depth.get(node.id) ?? 0)))) : 0;
  const regionsTop = rowsOutside * (cardHeight("source") + ROW_GAP);
  let left = 0;
  for (const region of doc.regions ?? []) {
    points[region.id] = [left, regionsTop];
    left += placeRegion(doc, catalogue, region.id, left, regionsTop, depth, points) + 56;
  }
  const width = Math.max(left - 56, CARD_W);
  const rows = new Map<number, string[]>();
  for (const node of outside) {
    const row = doc.regions?.length ? 0 : (depth.get(node.id) ?? 0);
    rows.set(row, [...(rows.get(row) ?? []), node.id]);
  }
  for (const [row, ids] of rows) {
    const total = ids.length * CARD_W + (ids.length - 1) * 2 * CARD_GAP;
    ids.forEach((id, i) => (points[id] = [(width - total) / 2 + i * (CARD_W + 2 * CARD_GAP), row * (cardHeight("station") + ROW_GAP)]));
  }
  return points;
}

/** Longest path from any start to each node, dead letters included; an edge that would close a cycle is left out. */
export function depths(doc: Scenario): Map<string, number> {
  const next = new Map<string, string[]>();
  const deadLetters = [...doc.nodes.map((node) => ({ from: node.id, to: node.dead_letter })), ...(doc.edges ?? []).map((edge) => ({ from: edge.from, to: edge.dead_letter }))];
  const known = new Set(doc.nodes.map((node) => node.id));
  const ways = [...(doc.edges ?? []), ...deadLetters.filter((way): way is { from: string; to: string } => known.has(way.to as string))];
  for (const way of ways) next.set(way.from, [...(next.get(way.from) ?? []), way.to]);
  const depth = new Map<string, number>();
  const walk = (id: string, at: number, path: ReadonlySet<string>): void => {
    if (path.has(id) || (depth.get(id) ?? -1) >= at) return;
    depth.set(id, at);
    for (const to of next.get(id) ?? []) walk(to, at + 1, new Set([...path, id]));
  };
  const called = new Set(ways.map((way) => way.to));
  for (const node of doc.nodes) if (!called.has(node.id)) walk(node.id, 0, new Set());
  for (const node of doc.nodes) if (!depth.has(node.id)) walk(node.id, 0, new Set());
  return depth;
}

interface Slot {
  top: number;
  h: number;
  taken: { place: Place; count: number }[];
}

/** Fills the rows of one Region and returns its width. */
function placeRegion(
  doc: Scenario, catalogue: Catalogue, region: string, x: number, y: number, depth: Map<string, number>, points: { [id: string]: Point },
): number {
  const inside = doc.nodes
    .map((node) => ({ node, kind: kindOf(catalogue, node.kind), place: placeOf(doc, node, kindOf(catalogue, node.kind)) }))
    .filter((entry): entry is typeof entry & { place: Place } => entry.place?.region === region)
    .sort((a, b) => (depth.get(a.node.id) ?? 0) - (depth.get(b.node.id) ?? 0));
  const slots: Slot[] = [];
  let top = y + REGION_HEAD + LANE_HEAD + LANE_PAD;
  let last = -1;
  let firstOfDepth = 0;
  let columns = 1;
  for (const { node, kind, place } of inside) {
    const tier = depth.get(node.id) ?? 0;
    if (tier !== last) firstOfDepth = slots.length;
    last = tier;
    const h = cardHeight(kind.behaviour);
    let slot = slots.slice(firstOfDepth).find((s) => s.taken.every((t) => apart(t.place, place) || same(t.place, place)));
    if (!slot) {
      slot = { top, h, taken: [] };
      slots.push(slot);
      top += h + ROW_GAP;
    }
    const twin = slot.taken.find((t) => same(t.place, place));
    if (twin) twin.count++;
    else slot.taken.push({ place, count: 1 });
    columns = Math.max(columns, Math.ceil((twin?.count ?? 1) / (place.last - place.first + 1)));
    points[node.id] = [x + REGION_PAD + LANE_PAD + place.first * (CARD_W + 2 * LANE_PAD + LANE_GAP) + ((twin?.count ?? 1) - 1) * CARD_W, slot.top];
  }
  const lanes = Math.max(1, doc.regions?.find((entry) => entry.id === region)?.azs.length ?? 1);
  const laneW = columns * CARD_W + (columns - 1) * CARD_GAP + 2 * LANE_PAD;
  return 2 * REGION_PAD + lanes * laneW + (lanes - 1) * LANE_GAP;
}

const apart = (a: Place, b: Place): boolean => a.last < b.first || b.last < a.first;
const same = (a: Place, b: Place): boolean => a.first === b.first && a.last === b.last;
