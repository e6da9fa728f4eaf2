import { serves } from "../catalogue";
import { HEALTH, clock, compact, duration, percent } from "../frames/words";
import type { Frames } from "../frames/frames";
import { markSvg } from "../marks";
import type { Session } from "../session/session";
import { activeFaults } from "./active";
import { paintChips } from "./chip-painter";
import { paintCrown } from "./crown-painter";
import { paintPips } from "./pip-painter";
import type { CardData } from "./model";
import { designLine, shownName } from "./design-line";

/** Writes one row of the frames into a card. Nothing is touched when neither the row nor the run changed. */
export class CardPainter {
  private last = "";
  private readonly parts = new Map<string, HTMLElement>();
  private readonly written = new Map<string, string>();

  constructor(
    readonly root: HTMLElement,
    private readonly session: Session,
    private readonly id: string,
  ) {
    for (const el of root.querySelectorAll<HTMLElement>("[data-part]")) this.parts.set(el.dataset.part!, el);
  }

  paint(data: CardData): void {
    const { session } = this;
    const frames = session.frames;
    const node = session.stale ? undefined : frames?.nodeIndex.get(this.id);
    const row = frames && node !== undefined ? frames.row(session.clock.playhead_s) : -1;
    const key = `${frames?.meta.id}:${frames?.meta.rev}:${row}:${session.run?.id}:${data.wide}:${JSON.stringify(data.node)}:${data.parts.length}:${data.parts[0]?.pips[0]?.row}`;
    if (key === this.last) return;
    this.last = key;
    if (!frames || node === undefined || row < 0) this.paintDesign(data);
    else this.paintRow(frames, node, row, data);
  }

  private paintDesign(data: CardData): void {
    delete this.root.dataset.health;
    this.arc(0);
    this.html("health", "");
    this.html("numbers", `<span class="quiet">${escape(designLine(data.node, data.kind))}</span>`);
    this.parts.get("tank")?.setAttribute("hidden", "");
    this.parts.get("fault")?.setAttribute("hidden", "");
    this.root.querySelectorAll<HTMLElement>(".fl-pip").forEach((pip) => ["state", "role", "ghost", "belief"].forEach((name) => delete pip.dataset[name]));
    this.root.querySelector(".fl-crown")?.remove();
    this.root.querySelectorAll<HTMLElement>("[data-part=count]").forEach((count) => (count.textContent = ""));
  }

  private paintRow(frames: Frames, node: number, row: number, data: CardData): void {
    const value = (field: string): number => frames.nodes.at(row, node, field);
    const word = HEALTH[value("health")] ?? "ok";
    this.root.dataset.health = word;
    this.html("health", `${markSvg(word)}${word === "ok" ? "" : word}`);
    this.parts.get("health")?.setAttribute("title", `Health: ${word}`);
    this.root.parentElement?.setAttribute("aria-label", `${data.kind.label} ${shownName(data.node)}, ${word}`);
    const working = serves(data.kind.behaviour);
    this.arc(working ? value("utilisation") : 0);
    this.html("numbers", working ? this.served(value) : this.passed(value));
    this.tank(working ? value("queue") : 0);
    this.fault();
    paintPips(this.root, frames, row, this.id);
    paintCrown(this.root, frames, row, this.session.run?.phases ?? [], this.id);
    paintChips(this.root, frames, row);
  }

  private served(value: (field: string) => number): string {
    const load = value("load");
    const chevrons = load > 1 ? `<em title="offered work is ${load.toFixed(1)} × the capacity">${"›".repeat(Math.min(4, Math.ceil(load)))}</em>` : "";
    return `<b>${percent(value("utilisation"))}${chevrons}</b>${this.passed(value)}`;
  }

  private passed(value: (field: string) => number): string {
    const rate = value("rate");
    const failed = value("failed");
    const p99 = value("p99_s");
    const failing = failed > 0 && rate > 0 ? `<span class="bad">${percent(Math.min(1, failed / Math.max(rate, failed)))} fail</span>` : "";
    const tail = p99 > 0 ? `<span title="99 % of answers were faster">p99 ${duration(p99)}</span>` : "";
    return `<span>${compact(rate)}/s</span>${failing || tail}`;
  }

  /** Depth of the queue on a logarithmic scale: 10, 100, 1k and 10k are equally far apart. */
  private tank(queue: number): void {
    const tank = this.parts.get("tank");
    if (!tank) return;
    tank.toggleAttribute("hidden", !(queue >= 1));
    if (!(queue >= 1)) return;
    tank.style.setProperty("--level", String(Math.min(1, Math.log10(queue + 1) / 4)));
    tank.title = `${compact(queue)} waiting`;
    tank.dataset.depth = compact(queue);
  }

  private fault(): void {
    const badge = this.parts.get("fault");
    if (!badge) return;
    const fault = activeFaults(this.session).find((entry) => entry.target === this.id || entry.target.startsWith(`${this.id}[`));
    badge.toggleAttribute("hidden", !fault);
    if (!fault) return;
    this.html("fault", `${markSvg("bolt")}${clock(this.session.clock.playhead_s - fault.start_s)}`);
    badge.title = fault.sentence || fault.label;
  }

  private arc(utilisation: number): void {
    const share = Math.min(1, Math.max(0, Number.isFinite(utilisation) ? utilisation : 0));
    this.parts.get("arc")?.querySelector(".value")?.setAttribute("stroke-dasharray", `${share * 100} 200`);
  }

  /** Compared with what was written last: the browser spells an SVG in its own way. */
  private html(part: string, html: string): void {
    const el = this.parts.get(part);
    if (!el || this.written.get(part) === html) return;
    this.written.set(part, html);
    el.innerHTML = html;
  }
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
