import { copy, paste } from "../document/clipboard";
import { remove, setPoint } from "../document/edits";
import { edgeId, type Point } from "../document/types";
import { freeY } from "../layout/free";
import { GRID } from "../layout/sizes";
import type { Session } from "../session/session";

/** What keys, buttons and menus do with the selection. */
export function removeSelected(session: Session): void {
  const { doc, geometry, view } = session;
  const selected = [...view.selected];
  if (!selected.length) return;
  const edges = new Set((doc.edges ?? []).map(edgeId));
  session.edit((before) =>
    remove(before, {
      nodes: selected.filter((id) => geometry.cards.has(id)),
      edges: selected.filter((id) => edges.has(id)),
      regions: selected.filter((id) => geometry.regions.has(id)),
      azs: selected.filter((id) => geometry.lanes.has(id)),
    }),
  );
  view.select([]);
}

const pointsOf = (session: Session): { [id: string]: Point } =>
  Object.fromEntries([...session.geometry.cards].map(([id, card]): [string, Point] => [id, [card.x, card.y]]));

export function copySelected(session: Session): void {
  const nodes = new Set([...session.view.selected].filter((id) => session.geometry.cards.has(id)));
  if (nodes.size) session.clip = copy(session.doc, nodes, pointsOf(session));
}

export function pasteCopied(session: Session): void {
  const { clip } = session;
  if (!clip) return;
  let ids: string[] = [];
  session.edit((doc) => {
    const pasted = paste(doc, clip, [24, 24]);
    ids = pasted.ids;
    return ids.reduce((out, id) => freeY(out, session.catalogue, id), pasted.doc);
  });
  session.view.select(ids);
}

/** Up or down by one step of the grid; sideways a card's place is given by its AZs. */
export function nudgeSelected(session: Session, steps: -1 | 1): void {
  session.edit((doc) => {
    const cards = [...session.view.selected].flatMap((id) => {
      const card = session.geometry.cards.get(id);
      return card ? [{ id, card }] : [];
    });
    return cards.reduce((out, { id, card }) => setPoint(out, id, [out.layout?.[id]?.[0] ?? card.x, card.y + steps * GRID]), doc);
  });
}

export function selectAll(session: Session): void {
  session.view.select(session.doc.nodes.map((node) => node.id));
}
