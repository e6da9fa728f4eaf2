import { useEffect, useRef } from "react";

/**
 * A button may take itself away, like “Delete” with its panel. What had the focus is gone then, and the next key, an undo perhaps, would go
 * to the page: the canvas takes the focus itself. Not when somebody pressed elsewhere on the page.
 */
export function useFocusKept(root: { current: HTMLElement | null }): void {
  const held = useRef(false);
  useEffect(() => {
    const left = (event: Event): void => {
      if (root.current && !event.composedPath().includes(root.current)) held.current = false;
    };
    document.addEventListener("pointerdown", left, true);
    return () => document.removeEventListener("pointerdown", left, true);
  }, [root]);
  useEffect(() => {
    const el = root.current;
    if (!el) return;
    const active = (el.getRootNode() as Document | ShadowRoot).activeElement;
    if (active && el.contains(active)) held.current = true;
    else if (held.current && document.activeElement === document.body) el.focus({ preventScroll: true });
  });
}
