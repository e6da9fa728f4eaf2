import { edgeId, type Scenario } from "../document/types";

export type Tab = "inspect" | "faults" | "advice" | "events";
export interface Toast {
  text: string;
  x: number;
  y: number;
  action?: { label: string; run: () => void };
  id: number;
}
/** What the fault menu is open for, and where, in pixels of the canvas element. */
export interface Menu {
  target: string;
  x: number;
  y: number;
}

/** What is looked at: selection, panels, messages and the viewport. No part of the document. */
export class View {
  selected = new Set<string>();
  /** One instance of the selected node, e.g. `web[2]`. */
  instance: string | null = null;
  tab: Tab = "inspect";
  palette = true;
  inspector = true;
  table = false;
  dark = false;
  toast: Toast | null = null;
  menu: Menu | null = null;
  announcement = "";
  viewport: { x: number; y: number; zoom: number } | null = null;
  /** Rises when the whole drawing was replaced and should be fitted into view. */
  fits = 0;
  /** What a keyboard command just made: it is brought into view if it lies outside. */
  revealed: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private toasts = 0;

  constructor(private readonly changed: () => void) {}

  select(ids: string[], instance: string | null = null): void {
    this.selected = new Set(ids);
    this.instance = instance;
    if (ids.length) this.tab = "inspect";
    this.changed();
  }

  /** Marks what a list speaks of and brings it into view; the list stays. */
  point(ids: string[]): void {
    this.selected = new Set(ids);
    this.instance = null;
    this.revealed = ids[0] ?? null;
    this.changed();
  }

  toggle(panel: "palette" | "inspector" | "table"): void {
    this[panel] = !this[panel];
    this.changed();
  }

  show(tab: Tab): void {
    this.tab = tab;
    this.inspector = true;
    this.changed();
  }

  say(text: string, x: number, y: number, action?: Toast["action"]): void {
    clearTimeout(this.timer);
    this.toast = { text, x, y, action, id: ++this.toasts };
    this.timer = setTimeout(() => this.hush(), action ? 9000 : 5000 + 25 * text.length);
    this.changed();
  }

  hush(): void {
    this.toast = null;
    this.changed();
  }

  openMenu(menu: Menu | null): void {
    this.menu = menu;
    this.changed();
  }

  setDark(dark: boolean): void {
    if (dark === this.dark) return;
    this.dark = dark;
    this.changed();
  }

  documentReplaced(): void {
    this.selected = new Set();
    this.instance = null;
    this.menu = null;
    this.viewport = null;
    this.fits++;
  }

  /** Drops from the selection what an edit or undo took away. */
  keepExisting(doc: Scenario): void {
    const places = (doc.regions ?? []).flatMap((region) => [region.id, ...region.azs]);
    const known = new Set([...doc.nodes.map((node) => node.id), ...places, ...(doc.edges ?? []).map(edgeId)]);
    const kept = [...this.selected].filter((id) => known.has(id));
    if (kept.length !== this.selected.size) this.selected = new Set(kept);
    if (this.instance && !known.has(this.instance.replace(/\[\d+\]$/, ""))) this.instance = null;
  }
}
