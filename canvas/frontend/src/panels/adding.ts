import type { Kind } from "../catalogue";
import { addAz, addNode, addRegion } from "../document/edits";
import { placing, type Spot } from "../document/placement";
import { freeY } from "../layout/free";
import { spotAt } from "../layout/geometry";
import { CARD_W, cardHeight, LANE_HEAD, REGION_HEAD, ROW_GAP, snap } from "../layout/sizes";
import type { Session } from "../session/session";

/** What the palette can add: a kind of the catalogue, a Region, or an AZ. */
export type Addable = { type: "kind"; kind: Kind } | { type: "region" } | { type: "az" };
export interface At {
  x: number;
  y: number;
}
/** Where a message belongs on the screen. */
export type Screen = { clientX: number; clientY: number };

export const labelOf = (what: Addable): string => (what.type === "kind" ? what.kind.label : what.type === "region" ? "Region" : "AZ");

/** Which box a drop at a point would land in, and whether it would be refused; for lighting it up. */
export function dropTarget(session: Session, what: Addable, at: At): { container: string | null; refused: boolean } {
  const spot = spotAt(session.geometry, at.x, at.y);
  const container = spot.on === "outside" ? null : spot.on === "az" && what.type !== "az" ? spot.az : spot.region;
  if (what.type === "region") return { container: null, refused: false };
  if (what.type === "az") return { container, refused: spot.on === "outside" };
  if (what.kind.placement === "region" && spot.on !== "outside") return { container: spot.region, refused: false };
  return { container, refused: !placing(session.doc, what.kind, spot).ok };
}

export function dropAt(session: Session, what: Addable, at: At, screen: Screen): void {
  const spot = spotAt(session.geometry, at.x, at.y);
  if (what.type === "region") return addRegionAt(session, { x: at.x - 120, y: at.y - REGION_HEAD / 2 });
  if (what.type === "az") return addAzOn(session, spot, screen);
  const h = cardHeight(what.kind.behaviour);
  addKind(session, what.kind, spot, { x: at.x - CARD_W / 2, y: at.y - h / 2 }, screen);
}

function addRegionAt(session: Session, at: At): void {
  let id = "";
  session.edit((doc) => {
    const added = addRegion(doc, [snap(at.x), snap(at.y)]);
    id = added.id;
    return added.doc;
  });
  session.view.select([id]);
}

function addAzOn(session: Session, spot: Spot, screen: Screen): void {
  if (spot.on === "outside") return session.view.say("An AZ belongs to a Region: drop it onto one.", screen.clientX, screen.clientY);
  let id = "";
  session.edit((doc) => {
    const added = addAz(doc, spot.region);
    id = added.id;
    return added.doc;
  });
  session.view.select([id]);
}

function addKind(session: Session, kind: Kind, spot: Spot, at: At, screen: Screen): void {
  const placed = placing(session.doc, kind, spot);
  if (!placed.ok) {
    const offer = placed.offer ? { label: "Add a Region here", run: () => addRegionWith(session, kind, at, screen) } : undefined;
    return session.view.say(placed.why, screen.clientX, screen.clientY, offer);
  }
  let id = "";
  session.edit((doc) => {
    const added = addNode(doc, kind, placed.set, [snap(at.x), snap(at.y)]);
    id = added.id;
    return freeY(added.doc, session.catalogue, id);
  });
  session.view.select([id]);
}

/** The way out of “there is no Region yet”: one around the drop, and the component in its first AZ. */
function addRegionWith(session: Session, kind: Kind, at: At, screen: Screen): void {
  session.view.hush();
  addRegionAt(session, { x: at.x - 40, y: at.y - REGION_HEAD - LANE_HEAD - 24 });
  addKind(session, kind, spotAt(session.geometry, at.x + 40, at.y + 40), at, screen);
}

/** Without a pointer: into the selected AZ or Region, else where the kind belongs, below what is there. */
export function addByKeyboard(session: Session, what: Addable, screen: Screen): void {
  const { doc, geometry } = session;
  const selected = [...session.view.selected];
  const lane = selected.find((id) => geometry.lanes.has(id));
  const region = selected.find((id) => geometry.regions.has(id)) ?? (lane ? geometry.lanes.get(lane)!.region : doc.regions?.[0]?.id);
  if (what.type === "region") addRegionAt(session, { x: rightEdge(session) + 56, y: topOfRegions(session) });
  else if (what.type === "az") addAzOn(session, region ? { on: "region", region } : { on: "outside" }, screen);
  else addKindByKeyboard(session, what.kind, region, lane, screen);
  session.view.revealed = [...session.view.selected][0] ?? null;
  session.bump();
}

function addKindByKeyboard(session: Session, kind: Kind, region: string | undefined, lane: string | undefined, screen: Screen): void {
  const outside = kind.placement === "outside";
  const spot: Spot = outside || !region ? { on: "outside" } : lane ? { on: "az", region, az: lane } : { on: "region", region };
  addKind(session, kind, spot, outside ? besideClients(session) : belowCards(session, region), screen);
}

function besideClients(session: Session): At {
  const outside = [...session.geometry.cards.values()].filter((card) => !card.place);
  if (!outside.length) return { x: 0, y: topOfRegions(session) - 68 - ROW_GAP };
  return { x: Math.max(...outside.map((card) => card.x + card.w)) + 24, y: outside[0].y };
}

function belowCards(session: Session, region: string | undefined): At {
  const inside = [...session.geometry.cards.values()].filter((card) => card.place?.region === region);
  const rect = region ? session.geometry.regions.get(region) : undefined;
  const y = inside.length ? Math.max(...inside.map((card) => card.y + card.h)) + ROW_GAP : (rect?.y ?? 0) + REGION_HEAD + LANE_HEAD + 14;
  return { x: rect?.x ?? 0, y };
}

const rightEdge = (session: Session): number => Math.max(-56, ...[...session.geometry.regions.values()].map((r) => r.x + r.w));
const topOfRegions = (session: Session): number => [...session.geometry.regions.values()][0]?.y ?? 120;
