import { useCallback } from "react";
import type { Session } from "../session/session";
import { copySelected, nudgeSelected, pasteCopied, removeSelected, selectAll } from "./commands";

const TYPING = /^(INPUT|TEXTAREA|SELECT)$/;

/** Keys of the whole canvas. Typing in a field, a button's own space and the browser's shortcuts are left alone. */
export function useKeys(session: Session, root: { current: HTMLElement | null }) {
  return useCallback((event: React.KeyboardEvent): void => {
    const target = event.nativeEvent.composedPath()[0] as HTMLElement;
    const typing = TYPING.test(target.tagName) && (target as HTMLInputElement).type !== "checkbox";
    if (typing) return;
    const command = event.ctrlKey || event.metaKey;
    const done = command ? onCommand(session, event.key.toLowerCase(), event.shiftKey) : onKey(session, event.key, target);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
    // What had the focus may be gone: without it the next key would go to the page.
    requestAnimationFrame(() => root.current && !root.current.contains(focusIn(root.current)) && root.current.focus({ preventScroll: true }));
  }, [session, root]);
}

const focusIn = (el: HTMLElement): Element | null => (el.getRootNode() as Document | ShadowRoot).activeElement;

function onCommand(session: Session, key: string, shift: boolean): boolean {
  if (key === "z") shift ? session.redo() : session.undo();
  else if (key === "y") session.redo();
  else if (key === "c" && session.view.selected.size) copySelected(session);
  else if (key === "v" && session.clip) pasteCopied(session);
  else if (key === "a") selectAll(session);
  else return false;
  return true;
}

function onKey(session: Session, key: string, target: HTMLElement): boolean {
  const { clock } = session;
  const onButton = target.tagName === "BUTTON";
  if (key === "Delete" || key === "Backspace") removeSelected(session);
  else if (key === " " && !onButton) session.play();
  else if (key === "ArrowLeft") session.seek(Math.ceil(clock.playhead_s) - 1);
  else if (key === "ArrowRight") session.seek(Math.floor(clock.playhead_s) + 1);
  else if ((key === "ArrowUp" || key === "ArrowDown") && session.view.selected.size) nudgeSelected(session, key === "ArrowUp" ? -1 : 1);
  else if (key === "Home") session.seek(0);
  else if (key === "End") session.seek(session.frames?.until_s ?? 0);
  else if (key === "Escape") session.view.menu ? session.view.openMenu(null) : session.view.select([]);
  else if ((key === "Enter" || key === " ") && selectFocused(session, target)) return true;
  else return false;
  return true;
}

/** Enter on a focused card, box or line selects it. */
function selectFocused(session: Session, target: HTMLElement): boolean {
  const item = target.closest<HTMLElement>(".react-flow__node, .react-flow__edge");
  if (!item?.dataset.id || target.tagName === "BUTTON") return false;
  session.view.select([item.dataset.id]);
  return true;
}
