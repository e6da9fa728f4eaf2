import { useCallback, useRef } from "react";

/**
 * A list walked with the arrow keys: entries carry `data-rove`. Right opens what belongs to an entry, Left closes it, a letter goes to the
 * box to find one. The first Escape empties that box; the next one is the menu's.
 */
export function useRoving() {
  const ref = useRef<HTMLDivElement>(null);
  const onKeyDown = useCallback((event: React.KeyboardEvent<HTMLElement>): void => {
    const list = ref.current;
    const at = event.target as HTMLElement;
    if (!list || !at.hasAttribute("data-rove") || event.ctrlKey || event.metaKey || event.altKey) return;
    const find = list.querySelector<HTMLInputElement>(".fl-find");
    const entries = [...list.querySelectorAll<HTMLElement>("[data-rove]")].filter((el) => el.offsetParent !== null);
    const step = moveOf(event.key, at === find);
    const letter = event.key.length === 1 && event.key !== " ";
    if (step !== null) {
      const next = step === Infinity ? entries.length - 1 : step === -Infinity ? 0 : entries.indexOf(at) + step;
      entries[Math.max(0, Math.min(entries.length - 1, next))]?.focus();
    } else if (at !== find && (event.key === "ArrowRight" || event.key === "ArrowLeft")) unfold(at, event.key === "ArrowRight");
    else if (event.key === "Enter" && at === find) entries.find((el) => el.classList.contains("fl-break"))?.click();
    else if (event.key === "Escape" && find?.value) {
      clear(find);
      find.focus();
    } else if (letter && find && at !== find) {
      find.focus();
      return event.stopPropagation(); // the letter itself goes into the box
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, []);
  return { ref, onKeyDown };
}

function moveOf(key: string, typing: boolean): number | null {
  if (key === "ArrowDown") return 1;
  if (key === "ArrowUp") return -1;
  if (typing) return null;
  return key === "Home" ? -Infinity : key === "End" ? Infinity : null;
}

function unfold(entry: HTMLElement, open: boolean): void {
  const folder = entry.closest("details");
  if (entry.tagName === "SUMMARY" && folder) return void (folder.open = open);
  const settings = entry.parentElement?.querySelector<HTMLElement>("[aria-expanded]");
  if (settings && (settings.getAttribute("aria-expanded") === "true") !== open) settings.click();
}

/** React hears of a value only from an input event of the browser. */
function clear(box: HTMLInputElement): void {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(box, "");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
