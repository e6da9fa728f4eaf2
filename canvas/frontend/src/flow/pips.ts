import type { Json, Node, Region } from "../document/types";
import { serves, type Kind } from "../catalogue";
import { LANE_GAP, LANE_PAD } from "../layout/sizes";
import type { Frames } from "../frames/frames";
import type { Card, Geometry } from "../layout/geometry";

/** One instance of a node as a mark on its card; `row` is its index in the frames, -1 while nothing was simulated. */
export interface Pip {
  index: number;
  row: number;
}
/** What a balancer believes of one target instance; `row` indexes the frames' targets. */
export interface Chip {
  row: number;
  label: string;
  /** A record of a resolver: the edge its marks are named by; it has no row among the targets. */
  edge?: string;
}
/** The stretch of a card that lies in one AZ, relative to the card; a card outside has one part without an AZ. */
export interface Part {
  az: string | null;
  /** Left edge and width within the card, in pixels: under the lane it belongs to. */
  x: number;
  w: number;
  pips: Pip[];
  chips: Chip[];
}

export const MOST_PIPS = 12;
/** Widths in pixels: of a pip or chip with the gap after it, of a small one, and what the count beside them needs. */
const PITCH = 18;
const DENSE = 12;
const COUNT_W = 66;
/** So few are worth more than their count. */
const FEW = 4;

/** How many of these marks fit into a stretch of a card, at most 12, and whether they have to be small for it; the others are counted. */
export function fitting(count: number, width: number): { shown: number; dense: boolean } {
  const room = width - 20 - COUNT_W;
  if (count <= Math.min(MOST_PIPS, Math.floor(room / PITCH))) return { shown: count, dense: false };
  if (count <= FEW && count * (PITCH + 4) <= width - 20) return { shown: count, dense: false };
  return { shown: Math.min(count, MOST_PIPS, Math.max(1, Math.floor(room / DENSE))), dense: true };
}

export function partsOf(node: Node, kind: Kind, card: Card, region: Region | undefined, geometry: Geometry, frames: Frames | null): Part[] {
  const { place } = card;
  const azs = place && region ? region.azs.slice(place.first, place.last + 1) : [];
  const parts: Part[] = (azs.length ? azs : [null]).map((az, i, all) => ({ az, ...stretch(card, az, i, all.length, geometry), pips: [], chips: [] }));
  const partOf = (az: string | undefined): Part => parts.find((part) => part.az === az) ?? parts[0];
  if (frames?.nodeIndex.has(node.id)) {
    frames.meta.instances.forEach((instance, row) => {
      if (instance.node === node.id && serves(kind.behaviour)) partOf(instance.place).pips.push({ index: instance.index, row });
    });
    frames.meta.targets.forEach((target, row) => {
      const instance = frames.meta.instances[target.instance];
      if (target.node === node.id && instance) partOf(instance.place).chips.push({ row, label: `${instance.node}[${instance.index}]` });
    });
    for (const id of frames.meta.edge_ids) if (id.startsWith(`${node.id}->`) && frames.hasMark(id, "believed")) parts[0].chips.push({ row: -1, label: id.slice(node.id.length + 2), edge: id });
    return parts;
  }
  const spread = place?.azs.length ? place.azs : azs;
  if (!serves(kind.behaviour)) return parts;
  for (let i = 0; i < designed(node, kind); i++) partOf(spread[i % Math.max(1, spread.length)]).pips.push({ index: i, row: -1 });
  return parts;
}

/** A card that fills its lanes has each part below the lane's own edge; one that shares its row has equal parts. */
function stretch(card: Card, az: string | null, i: number, count: number, geometry: Geometry): { x: number; w: number } {
  const lane = az === null ? undefined : geometry.lanes.get(az);
  const whole = lane && Math.abs(card.w - (count * lane.w + (count - 1) * LANE_GAP - 2 * LANE_PAD)) < 1;
  if (!whole) return { x: (card.w / count) * i, w: card.w / count };
  const left = i === 0 ? 0 : lane.x + LANE_PAD - card.x;
  return { x: left, w: Math.min(card.w, lane.x + lane.w - LANE_PAD - card.x) - left };
}

/** Instances as drawn, before anything was simulated: the field named so, or its default. */
function designed(node: Node, kind: Kind): number {
  const value: Json | undefined = node.instances ?? kind.fields.find((field) => field.name === "instances")?.default;
  return typeof value === "number" ? Math.min(value, 200) : 0;
}
