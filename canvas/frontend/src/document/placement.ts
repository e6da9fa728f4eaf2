import type { Kind } from "../catalogue";
import { regionOfAz, type Fields, type Json, type Node, type Region, type Scenario } from "./types";

/** Where a node sits: outside every Region, or in a Region over some of its AZs (`first` … `last` are lane indexes). */
export interface Place {
  region: string;
  azs: string[];
  first: number;
  last: number;
}

const azsOf = (node: Node): string[] => (Array.isArray(node.azs) ? (node.azs as string[]) : typeof node.az === "string" ? [node.az] : []);

/** null = outside. A node that names no place, or a Region alone, sits where its kind says (`unplaced`). */
export function placeOf(doc: Scenario, node: Node, kind: Kind): Place | null {
  const first = doc.regions?.[0];
  if (!first || kind.placement === "outside") return null;
  const azs = azsOf(node);
  const home = azs.map((az) => regionOfAz(doc, az)).find(Boolean);
  if (home) return over(span(home, azs.filter((az) => home.azs.includes(az))), home, node.replica_azs);
  const named = doc.regions?.find((region) => region.id === node.region);
  if (kind.unplaced === "azs") return span(named ?? first, (named ?? first).azs);
  if (named) return whole(named);
  return kind.placement === "region" ? whole(first) : span(first, first.azs.slice(0, 1));
}

/** AZs that hold a part of a node, each with what it is there; a regional endpoint is in none of them. */
export function residence(doc: Scenario, node: Node, kind: Kind): ReadonlyMap<string, string> {
  const place = placeOf(doc, node, kind);
  const region = doc.regions?.find((entry) => entry.id === place?.region);
  if (!place || !region) return new Map();
  const has = (field: string): boolean => kind.fields.some((entry) => entry.name === field);
  const azs = place.azs.length ? place.azs : region.azs;
  if (!has("primary_az") || (kind.placement !== "region" && !place.azs.length)) return new Map(place.azs.map((az) => [az, ""]));
  const primary = typeof node.primary_az === "string" ? node.primary_az : azs[0];
  return new Map([...standbysOf(node, kind, azs, primary, has("standby_az")).map((az): [string, string] => [az, "standby"]), [primary, "primary"]]);
}

/** Of a store with a standby of its own choice, that one; of others, every further AZ. */
function standbysOf(node: Node, kind: Kind, azs: string[], primary: string, chosen: boolean): string[] {
  if (!chosen) return azs.filter((az) => az !== primary);
  const doubled = node.multi_az ?? kind.fields.find((field) => field.name === "multi_az")?.default;
  if (!doubled) return [];
  return [typeof node.standby_az === "string" ? node.standby_az : azs[(azs.indexOf(primary) + 1) % azs.length]];
}

const whole = (region: Region): Place => ({ region: region.id, azs: [], first: 0, last: Math.max(0, region.azs.length - 1) });

function span(region: Region, azs: string[]): Place {
  if (!azs.length) return whole(region);
  const lanes = azs.map((az) => region.azs.indexOf(az));
  return { region: region.id, azs, first: Math.min(...lanes), last: Math.max(...lanes) };
}

/** The card reaches to its read replicas of the same Region. */
function over(place: Place, region: Region, replicas: Json | undefined): Place {
  const lanes = Array.isArray(replicas) ? replicas.map((az) => region.azs.indexOf(az as string)).filter((lane) => lane >= 0) : [];
  return { ...place, first: Math.min(place.first, ...lanes), last: Math.max(place.last, ...lanes) };
}

/** What lies under a point of the canvas. */
export type Spot = { on: "outside" } | { on: "region"; region: string } | { on: "az"; region: string; az: string };

export type Placing = { ok: true; set: Fields } | { ok: false; why: string; offer?: "region" };

/** The fields that put a node of this kind at a spot, or why it cannot be there. */
export function placing(doc: Scenario, kind: Kind, spot: Spot): Placing {
  const nowhere: Fields = { region: undefined, azs: undefined, az: undefined };
  if (kind.placement === "outside") {
    if (spot.on === "outside") return { ok: true, set: nowhere };
    return { ok: false, why: `${kind.label} stay outside every Region: no place fault reaches them. Drop above or beside the box.` };
  }
  if (spot.on === "outside") return outside(doc, kind);
  const region = doc.regions?.find((r) => r.id === spot.region);
  if (!region) return { ok: false, why: `There is no Region ${spot.region}.` };
  if (kind.placement === "region") return { ok: true, set: { ...nowhere, region: region.id } };
  if (!region.azs.length) return { ok: false, why: `${region.id} has no AZ yet: drop an AZ into it first.` };
  const azs = spot.on === "az" ? [spot.az] : region.azs;
  if (kind.placement === "az" && kind.fields.some((field) => field.name === "az")) return { ok: true, set: { ...nowhere, az: azs[0] } };
  return { ok: true, set: { ...nowhere, azs: kind.placement === "az" ? azs.slice(0, 1) : azs } };
}

function outside(doc: Scenario, kind: Kind): Placing {
  const needs = kind.placement === "region" ? "a Region" : "an AZ of a Region";
  if (doc.regions?.length) return { ok: false, why: `${kind.label} sits in ${needs}: drop it inside a box.` };
  return { ok: false, why: `${kind.label} sits in ${needs}: the canvas has no Region yet.`, offer: "region" };
}

/** A moved node keeps its AZs while it stays in its Region, unless it sat in one AZ and was dropped into another. */
export function replacing(doc: Scenario, kind: Kind, node: Node, spot: Spot): Placing {
  const now = placeOf(doc, node, kind);
  if (!now && !doc.regions?.length) return { ok: true, set: {} };
  const sameRegion = now && spot.on !== "outside" && spot.region === now.region;
  if (!sameRegion) return placing(doc, kind, spot);
  if (kind.placement === "region") return { ok: true, set: {} };
  if (spot.on === "az" && now.azs.length > 1) return { ok: true, set: {} };
  if (spot.on === "az" && now.azs[0] === spot.az) return { ok: true, set: {} };
  if (spot.on === "region" && now.azs.length <= 1) return { ok: true, set: {} };
  return placing(doc, kind, spot);
}
