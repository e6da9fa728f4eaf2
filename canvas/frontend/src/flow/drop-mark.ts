/** Lights up the box a drop would land in; straight on the DOM, because it follows the pointer. */
const roots = new Map<string, HTMLElement>();

export const setRoot = (name: string, root: HTMLElement | null): void => void (root ? roots.set(name, root) : roots.delete(name));

export function mark(name: string, container: string | null, refused = false): void {
  const root = roots.get(name);
  if (!root) return;
  root.querySelectorAll(".fl-drop").forEach((el) => el.classList.remove("fl-drop", "refused"));
  if (container === null) return;
  const el = root.querySelector(`[data-container="${CSS.escape(container)}"]`);
  el?.classList.add("fl-drop");
  el?.classList.toggle("refused", refused);
}
