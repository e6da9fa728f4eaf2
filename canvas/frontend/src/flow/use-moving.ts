import type { NodeChange } from "@xyflow/react";
import { useCallback, useRef, useState } from "react";
import { kindOf } from "../catalogue";
import { setNodeFields, setPoint } from "../document/edits";
import { replacing } from "../document/placement";
import type { Scenario } from "../document/types";
import { freeY } from "../layout/free";
import { spotAt } from "../layout/geometry";
import { snap } from "../layout/sizes";
import type { Session } from "../session/session";
import { useCanvas } from "../session/use";
import { mark } from "./drop-mark";
import type { AnyNode, Drag } from "./model";

interface Moving {
  drag: Drag;
  onChanges: (changes: NodeChange<AnyNode>[]) => void;
  onStop: (event: MouseEvent | TouchEvent | React.MouseEvent | React.TouchEvent, node: AnyNode, nodes: AnyNode[]) => void;
}

/** While a drag lasts only positions on the screen change; the document changes once, when it ends. */
export function useMoving(): Moving {
  const { session } = useCanvas();
  const [drag, setDrag] = useState<Drag>(new Map());
  const moved = useRef(new Map<string, { x: number; y: number }>());

  const onChanges = useCallback((changes: NodeChange<AnyNode>[]) => {
    const positions = changes.filter((change) => change.type === "position" && change.dragging && change.position);
    if (!positions.length) return;
    for (const change of positions) if (change.type === "position") moved.current.set(change.id, change.position!);
    setDrag(new Map(moved.current));
    const last = positions[positions.length - 1];
    if (last.type === "position") markSpot(session, last.id, last.position!);
  }, [session]);

  const onStop = useCallback<Moving["onStop"]>((event, _node, nodes) => {
    mark(session.name, null);
    const before = session.doc;
    const refused: string[] = [];
    session.edit((doc) => {
      const put = nodes.reduce((out, node) => moveOne(session, out, before, node, refused), doc);
      // Only when all have moved: a card of the same selection that is still in its old place is not in the way.
      return nodes.reduce((out, node) => (node.type === "card" ? freeY(out, session.catalogue, node.id) : out), put);
    });
    moved.current.clear();
    setDrag(new Map());
    const at = "clientX" in event ? event : event.changedTouches[0];
    if (refused.length) session.view.say(refused[0], at.clientX, at.clientY);
  }, [session]);

  return { drag, onChanges, onStop };
}

function markSpot(session: Session, id: string, position: { x: number; y: number }): void {
  const card = session.geometry.cards.get(id);
  if (!card) return;
  const spot = spotAt(session.geometry, position.x + card.w / 2, position.y + card.h / 2);
  mark(session.name, spot.on === "az" ? spot.az : spot.on === "region" ? spot.region : null);
}

function moveOne(session: Session, doc: Scenario, before: Scenario, node: AnyNode, refused: string[]): Scenario {
  if (node.type === "region") return moveRegion(session, doc, node);
  if (node.type !== "card") return doc;
  const kind = kindOf(session.catalogue, node.data.kind.kind);
  const card = session.geometry.cards.get(node.id);
  if (!card) return doc;
  const spot = spotAt(session.geometry, node.position.x + card.w / 2, node.position.y + card.h / 2);
  const placed = replacing(before, kind, before.nodes.find((n) => n.id === node.id)!, spot);
  if (!placed.ok) {
    refused.push(placed.why);
    return doc;
  }
  return setPoint(setNodeFields(doc, node.id, placed.set), node.id, [snap(node.position.x), snap(node.position.y)]);
}

/** A Region takes along everything that lies in it. */
function moveRegion(session: Session, doc: Scenario, node: AnyNode): Scenario {
  const rect = session.geometry.regions.get(node.id);
  if (!rect) return doc;
  const [dx, dy] = [snap(node.position.x - rect.x), snap(node.position.y - rect.y)];
  let out = setPoint(doc, node.id, [rect.x + dx, rect.y + dy]);
  for (const [id, card] of session.geometry.cards) if (card.place?.region === node.id) out = setPoint(out, id, [card.x + dx, card.y + dy]);
  return out;
}
