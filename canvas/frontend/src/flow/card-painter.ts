import { serves } from "../catalogue";
import { lagWords, nodeWords, queueMark, worstLag } from "../frames/mark-words";
import { HEALTH, clock, compact, duration, percent } from "../frames/words";
import { hasDecided } from "../frames/decisions";
import type { Frames } from "../frames/frames";
import { markSvg } from "../marks";
import type { Session } from "../session/session";
import { activeFaults } from "./active";
import { paintChips } from "./chip-painter";
import { paintCrown } from "./crown-painter";
import { flags, moreRow, paintTank } from "./more-painter";
import { paintPips } from "./pip-painter";
import { paintReplication } from "./replication-painter";
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
    this.html("special", "");
    this.html("flags", "");
    for (const part of ["tank", "dlq", "fault"]) this.parts.get(part)?.setAttribute("hidden", "");
    delete this.root.dataset.grey;
    delete this.root.dataset.pulse;
    paintPips(this.root, data.parts, null, -1, this.id);
    paintReplication(this.root, null, -1, this.id, undefined);
    this.root.querySelector(".fl-crown")?.remove();
  }

  private paintRow(frames: Frames, node: number, row: number, data: CardData): void {
    const value = (field: string): number => frames.nodes.at(row, node, field);
    const word = HEALTH[value("health")] ?? "ok";
    this.root.dataset.health = word;
    this.html("health", `${markSvg(word)}<span class="word">${word === "ok" ? "" : word}</span>`);
    this.parts.get("health")?.setAttribute("title", `Health: ${word}`);
    const calls = this.callsOf(data);
    const special = nodeWords(frames, row, this.id, calls);
    this.root.parentElement?.setAttribute("aria-label", `${data.kind.label} ${shownName(data.node)}, ${word}${special && `, ${special}`}`);
    const working = serves(data.kind.behaviour);
    this.arc(working ? value("utilisation") : 0);
    this.html("numbers", working ? this.served(frames, row, value) : this.queued(frames, row, value));
    this.html("special", moreRow(frames, row, this.id));
    this.html("flags", this.greyFlag() + flags(frames, row, this.id, calls));
    this.tanks(frames, row, working ? value("queue") : 0);
    this.fault();
    this.root.toggleAttribute("data-pulse", hasDecided(this.session.run?.events ?? [], this.id, this.session.clock.playhead_s, this.session.clock.speed));
    paintPips(this.root, data.parts, frames, row, this.id);
    paintCrown(this.root, frames, row, this.session.run?.phases ?? [], this.id);
    paintReplication(this.root, frames, row, this.id, (this.session.doc.objectives as { rpo_s?: number } | undefined)?.rpo_s);
    paintChips(this.root, data.parts, frames, row);
  }

  /** Calls that may be tried again; what a queue hands over is no call of its own. */
  private callsOf(data: CardData): string[] {
    if (data.kind.behaviour === "queue" || data.kind.behaviour === "topic") return [];
    return this.session.edges.filter((edge) => edge.from === this.id).map((edge) => edge.id);
  }

  /** A queue says what it holds before it says what passes through it. */
  private queued(frames: Frames, row: number, value: (field: string) => number): string {
    const queue = queueMark(frames, row, this.id);
    if (!queue) return this.root.querySelector(".fl-chip") && this.root.dataset.behaviour === "resolver" ? "" : this.passed(value); // nothing passes through a name
    return `<b>${compact(queue.waiting)} waiting</b><span>${compact(queue.inFlight)} in flight</span><span>${compact(value("rate"))}/s</span>`;
  }

  private served(frames: Frames, row: number, value: (field: string) => number): string {
    const load = value("load");
    const chevrons = load > 1 ? `<em title="offered work is ${load.toFixed(1)} × the capacity">${"›".repeat(Math.min(4, Math.ceil(load)))}</em>` : "";
    return `<b>${percent(value("utilisation"))}${chevrons}</b>${this.passed(value, this.behind(frames, row))}`;
  }

  /** How far the worst copy of a store is behind, where no line has room to say it. */
  private behind(frames: Frames, row: number): string {
    const lag = this.root.classList.contains("wide") ? null : worstLag(frames, row, this.id);
    return lag && (lag.lag_s >= 1 || lag.paused) ? `<span title="${lagWords(lag, false)}">lag ${duration(lag.lag_s)}</span>` : "";
  }

  private passed(value: (field: string) => number, instead = ""): string {
    const rate = value("rate");
    const failed = value("failed");
    const p99 = value("p99_s");
    const failing = failed > 0 && rate > 0 ? `<span class="bad">${percent(Math.min(1, failed / Math.max(rate, failed)))} fail</span>` : "";
    const tail = p99 > 0 ? `<span title="99 % of answers were faster">p99 ${duration(p99)}</span>` : "";
    return `<span>${compact(rate)}/s</span>${failing || instead || tail}`;
  }

  /** The tank of what waits: always there for a queue, with a small one for its dead letters; elsewhere only while something waits. */
  private tanks(frames: Frames, row: number, waiting: number): void {
    const [tank, dlq] = [this.parts.get("tank"), this.parts.get("dlq")];
    const queue = queueMark(frames, row, this.id);
    const depth = queue?.waiting ?? waiting;
    tank?.toggleAttribute("hidden", !queue && depth < 1);
    tank?.classList.toggle("large", queue !== null);
    if (tank) tank.dataset.depth = queue ? "" : compact(depth);
    paintTank(tank, depth, `${compact(depth)} waiting`, queue && queue.expiry > 0.8 ? "expiring" : "");
    dlq?.toggleAttribute("hidden", !queue?.deadLetter);
    if (queue?.deadLetter) paintTank(dlq, queue.dead, `${compact(queue.dead)} in the dead-letter queue ${queue.deadLetter}`, queue.dead >= 1 ? "bad" : "");
  }

  /** How badly it works, where it works badly. */
  private greyFlag(): string {
    const grey = this.grey();
    return grey && `<span class="grey">${markSvg("clock")}${escape(grey)}</span>`;
  }

  private grey(): string {
    return activeFaults(this.session).map((entry) => entry.grey?.[this.id]).filter(Boolean).join(", ");
  }

  private fault(): void {
    const badge = this.parts.get("fault");
    if (!badge) return;
    const fault = activeFaults(this.session).find((entry) => entry.target === this.id || entry.target.startsWith(`${this.id}[`));
    badge.toggleAttribute("hidden", !fault);
    const grey = this.grey();
    this.root.toggleAttribute("data-grey", grey !== "");
    if (!fault) return;
    this.html("fault", `${markSvg(grey ? "clock" : "bolt")}${clock(this.session.clock.playhead_s - fault.start_s)}`);
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
