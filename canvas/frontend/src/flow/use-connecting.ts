import type { Connection, FinalConnectionState } from "@xyflow/react";
import { useCallback, useRef } from "react";
import { connect, refusal } from "../document/connect";
import { edgeId } from "../document/types";
import { useCanvas } from "../session/use";

/** A line may end on a handle or anywhere on a card. A refused one says why, where the pointer is. */
export function useConnecting() {
  const { session } = useCanvas();
  const done = useRef(false);

  const attempt = useCallback((from: string, to: string, x: number, y: number): void => {
    const why = refusal(session.doc, session.catalogue, from, to);
    if (why) return session.view.say(why, x, y);
    session.edit((doc) => connect(doc, from, to));
    session.view.select([edgeId({ from, to })]);
  }, [session]);

  const last = useRef<[number, number]>([0, 0]);
  const onStart = useCallback(() => void (done.current = false), []);
  const onConnect = useCallback((connection: Connection) => {
    done.current = true;
    const { source, target } = connection;
    // The pointer's place is known only to onConnectEnd, which follows at once.
    queueMicrotask(() => attempt(source, target, ...last.current));
  }, [attempt]);
  const onEnd = useCallback((event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
    const at = "clientX" in event ? event : event.changedTouches[0];
    last.current = [at.clientX, at.clientY];
    const from = state.fromNode?.id;
    if (done.current || !from) return;
    const to = state.toNode?.id ?? cardUnder(event, at.clientX, at.clientY);
    if (!to) return;
    if (state.fromHandle?.type === "target") attempt(to, from, at.clientX, at.clientY);
    else attempt(from, to, at.clientX, at.clientY);
  }, [attempt]);
  return { onStart, onConnect, onEnd };
}

/** The card under the pointer: the drawing lives in a shadow root, which the document cannot look into. */
function cardUnder(event: MouseEvent | TouchEvent, x: number, y: number): string | null {
  const inside = event.composedPath().find((el): el is Element => el instanceof Element);
  const root = (inside?.getRootNode() ?? document) as Document | ShadowRoot;
  const card = root.elementsFromPoint(x, y).map((el) => el.closest<HTMLElement>(".react-flow__node-card")).find(Boolean);
  return card?.dataset.id ?? null;
}
