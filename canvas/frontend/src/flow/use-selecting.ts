import type { Edge as FlowEdge, EdgeChange, NodeChange } from "@xyflow/react";
import { useCallback } from "react";
import { useCanvas } from "../session/use";
import type { AnyNode } from "./model";

/** Selection lives in the session, so that inspector, keyboard and drawing agree and it survives a remount. */
export function useSelecting() {
  const { session } = useCanvas();

  const apply = useCallback((changes: { id: string; selected: boolean }[]): void => {
    if (!changes.length) return;
    const selected = new Set(session.view.selected);
    for (const { id, selected: on } of changes) on ? selected.add(id) : selected.delete(id);
    const instance = session.view.instance;
    const keep = instance && selected.has(instance.replace(/\[\d+\]$/, "")) ? instance : null;
    session.view.select([...selected], changes.some((change) => change.selected) ? null : keep);
  }, [session]);

  const selections = (changes: (NodeChange<AnyNode> | EdgeChange)[]) =>
    changes.flatMap((change) => (change.type === "select" ? [{ id: change.id, selected: change.selected }] : []));

  const onNodes = useCallback((changes: NodeChange<AnyNode>[]) => apply(selections(changes)), [apply]);
  const onEdges = useCallback((changes: EdgeChange[]) => apply(selections(changes)), [apply]);

  const openMenu = useCallback((event: React.MouseEvent, target: string): void => {
    event.preventDefault();
    const pip = (event.target as HTMLElement).closest<HTMLElement>(".fl-pip");
    const at = pip ? `${target}[${pip.dataset.index}]` : target;
    session.view.select([target], pip ? at : null);
    session.view.openMenu({ target: at, x: event.clientX, y: event.clientY });
  }, [session]);
  const onNodeMenu = useCallback((event: React.MouseEvent, node: AnyNode) => openMenu(event, node.id), [openMenu]);
  const onEdgeMenu = useCallback((event: React.MouseEvent, edge: FlowEdge) => openMenu(event, edge.id), [openMenu]);
  return { onNodes, onEdges, onNodeMenu, onEdgeMenu };
}
