import { EMPTY_CATALOGUE, type Catalogue } from "../catalogue";
import type { Finding } from "../document/advice";
import type { Clip } from "../document/clipboard";
import { fingerprint, sameDrawing, sameFaults } from "../document/compare";
import { essence } from "../document/edits";
import { addedFault, changedFaults, freshFaultId, withFaults, type FaultChange } from "../document/faults";
import { edgeId, type Fault, type Fields, type Scenario } from "../document/types";
import { Frames } from "../frames/frames";
import { arrange, materialise, type Geometry } from "../layout/geometry";
import type { Outgoing, Payload, Problem, Run, Send } from "../protocol";
import { forget, save, saved } from "./autosave";
import { Clock } from "./clock";
import { History } from "./history";
import { Outbox } from "./outbox";
import { freshMetrics } from "./metrics";
import { View } from "./view";

/** Everything that outlives a React mount: the document, its history, the run and the playhead. One per canvas key. */
export class Session {
  doc: Scenario = { nodes: [] };
  geometry: Geometry = { regions: new Map(), lanes: new Map(), cards: new Map() };
  catalogue: Catalogue = EMPTY_CATALOGUE;
  problems: Problem[] = [];
  advice: Finding[] = [];
  run: Run | null = null;
  frames: Frames | null = null;
  clip: Clip | null = null;
  /** A document of an earlier visit was put back; the note offers to start fresh. */
  restored = false;
  /** Playback starts as soon as frames arrive. */
  wantsPlay = false;
  readonly metrics = freshMetrics();
  readonly outbox = new Outbox();
  readonly history = new History();
  readonly view = new View(() => this.bump());
  readonly clock = new Clock({ end_s: () => this.frames?.until_s ?? 0, atEnd: () => this.reachedEnd() });

  private gen = -1;
  private rev = 0;
  private store: string | null = null;
  private delivered: Scenario = { nodes: [] };
  private freshEssence: string | null = null;
  private essential: { doc: Scenario; text: string } | null = null;
  private version = 0;
  private readonly watchers = new Set<() => void>();

  constructor(readonly name: string) {}

  readonly subscribe = (run: () => void): (() => void) => {
    this.watchers.add(run);
    return () => void this.watchers.delete(run);
  };
  readonly snapshot = (): number => this.version;

  /** Something React draws has changed. */
  bump(): void {
    this.version++;
    this.watchers.forEach((run) => run());
    this.clock.wake();
  }

  // ---- from Python

  receive(payload: Payload, send: Send): void {
    this.outbox.attach(send);
    this.metrics.calls++;
    this.outbox.acknowledge(payload.ack?.[this.outbox.sid] ?? 0);
    this.catalogue = payload.catalogue ?? this.catalogue;
    if (this.catalogue === EMPTY_CATALOGUE) this.askAgain();
    this.problems = payload.problems ?? [];
    this.advice = payload.advice ?? [];
    const lostServer = this.store !== null && payload.store !== this.store;
    this.store = payload.store;
    if (lostServer) this.giveBack(payload.gen);
    else if (payload.gen > this.gen) this.takeDocument(payload);
    else if (payload.doc_faults && !this.outbox.holds("doc") && !this.outbox.holdsFaults) this.doc = withFaults(this.doc, payload.doc_faults);
    this.takeRun(payload);
    this.clock.throttled = this.waiting;
    this.bump();
  }

  /** The server forgot the session; this tab holds the newer document. */
  private giveBack(gen: number): void {
    this.gen = gen;
    this.metrics.restored++;
    this.sendDocument();
  }

  private takeDocument(payload: Payload): void {
    const first = this.gen < 0;
    const untouched = payload.untouched ?? payload.gen <= 1;
    this.gen = payload.gen;
    this.outbox.drop("doc");
    this.delivered = payload.doc;
    const earlier = first && untouched ? saved(this.name) : null;
    if (!first) forget(this.name);
    this.restored = earlier !== null && fingerprint(this.placed(earlier)) !== fingerprint(this.placed(payload.doc));
    this.show(this.restored ? earlier! : payload.doc);
    this.history.clear();
    this.view.documentReplaced();
    if (this.restored) setTimeout(() => this.sendDocument());
  }

  private takeRun(payload: Payload): void {
    this.run = payload.run;
    const meta = payload.frames;
    const over = !this.run || this.run.state === "failed" || this.run.state === "cancelled";
    if (over && !this.outbox.holds("run")) this.wantsPlay = false; // an answer to an earlier event must not cancel the wish to play
    if (!meta) {
      this.frames = null;
      this.clock.playing = false;
      if (!this.run) this.clock.playhead_s = 0; // another document: the first run of it is watched from its beginning
      return;
    }
    const known = this.frames?.meta;
    if (known && known.id === meta.id && known.n === meta.n && known.rev === meta.rev) return;
    if (!Frames.fits(meta, this.frames)) return this.askAgain();
    const sameRun = known?.id === meta.id;
    this.frames = new Frames(meta, payload, this.frames);
    if (!sameRun) {
      this.freshEssence = this.outbox.holds("doc") ? null : essence(this.doc);
      this.metrics.framesApplied++;
    }
    // The rows up to the playhead of a run that goes on are still to come: it must not jump back and forth for them.
    if (!this.computing) this.clock.playhead_s = Math.min(this.clock.playhead_s, this.frames.until_s);
    this.metrics.framesAt = Date.now();
    requestAnimationFrame(() => {
      this.clock.tick();
      setTimeout(() => (this.metrics.framesPaintedAt = Date.now()));
    });
    if (this.wantsPlay) this.startPlaying();
  }

  /** A message was lost on the way, or this is another canvas than Python thinks: everything once more. */
  private askAgain(): void {
    if (!this.outbox.holds("resend")) this.emit({ t: "resend" });
  }

  // ---- the document

  /** Takes over a document as it is and writes down where everything lies. */
  private show(doc: Scenario): void {
    this.geometry = arrange(doc, this.catalogue);
    this.doc = materialise(doc, this.geometry);
    this.view.keepExisting(this.doc);
  }

  /** One undoable step. An edit that changes nothing is none. */
  edit(change: (doc: Scenario) => Scenario): void {
    const next = change(this.doc);
    if (next === this.doc || JSON.stringify(next) === JSON.stringify(this.doc)) return this.bump();
    this.history.push(this.doc);
    this.commit(next);
  }

  undo(): void {
    this.goTo(this.history.undo(this.doc));
  }

  redo(): void {
    this.goTo(this.history.redo(this.doc));
  }

  /** Another state of document and faults; only what differs is sent, because a new drawing makes the frames stale and a fault branches them. */
  private goTo(doc: Scenario | null): void {
    if (!doc) return;
    const before = this.doc;
    if (sameDrawing(before, doc)) this.keep(doc);
    else this.commit(doc);
    if (!sameFaults(before, doc)) this.sendFaults({ t: "faults_set", faults: doc.faults ?? [] });
  }

  /** Back to the document Python delivered last; undoable like every edit. */
  startFresh(): void {
    this.restored = false;
    this.history.push(this.doc);
    this.goTo(this.placed(this.delivered));
    forget(this.name);
    this.view.documentReplaced();
    this.bump();
  }

  private commit(doc: Scenario): void {
    this.keep(doc);
    if (this.stale) this.clock.playing = false;
    this.sendDocument();
    this.bump();
  }

  /** Shows a document and remembers it for the next visit. */
  private keep(doc: Scenario): void {
    this.show(doc);
    save(this.name, this.doc);
  }

  private placed(doc: Scenario): Scenario {
    return materialise(doc, arrange(doc, this.catalogue));
  }

  private sendDocument(): void {
    this.emit({ t: "doc", gen: this.gen, rev: ++this.rev, doc: this.doc });
  }

  emit(message: Outgoing): void {
    this.outbox.emit(message);
    this.clock.throttled = this.waiting;
  }

  get edges(): { id: string; from: string; to: string }[] {
    return (this.doc.edges ?? []).map((edge) => ({ id: edgeId(edge), from: edge.from, to: edge.to }));
  }

  get faults(): Fault[] {
    return this.doc.faults ?? [];
  }

  // ---- playback

  /** Frames no longer show what is drawn. */
  get stale(): boolean {
    if (this.essential?.doc !== this.doc) this.essential = { doc: this.doc, text: essence(this.doc) };
    return this.frames !== null && (this.run?.stale === true || this.freshEssence !== this.essential.text);
  }

  get computing(): boolean {
    return this.run?.state === "waiting" || this.run?.state === "running";
  }

  get waiting(): boolean {
    return this.outbox.waiting || (this.run?.state === "waiting" && !this.frames);
  }

  play(): void {
    if (this.clock.playing || this.wantsPlay) return this.pause();
    if (this.frames && !this.stale) return this.startPlaying();
    this.wantsPlay = true;
    this.metrics.clickAt = Date.now();
    if (!this.computing) this.emit({ t: "run" });
    this.bump();
  }

  private startPlaying(): void {
    this.wantsPlay = false;
    if (!this.computing && this.clock.playhead_s >= (this.frames?.until_s ?? 0)) this.clock.playhead_s = 0;
    this.clock.playing = true;
    this.bump();
  }

  pause(): void {
    this.wantsPlay = false;
    if (this.clock.playing) this.emit({ t: "seek", t_s: Math.round(this.clock.playhead_s * 10) / 10 });
    this.clock.playing = false;
    this.bump();
  }

  seek(t_s: number): void {
    this.clock.seek(t_s);
  }

  /** Playback has eaten all rows: of a finished run it ends, of a running one it waits for more. */
  private reachedEnd(): void {
    if (this.computing) return;
    this.clock.playing = false;
    this.bump();
  }

  cancel(): void {
    this.wantsPlay = false;
    this.emit({ t: "cancel" });
    this.bump();
  }

  // ---- faults

  injectFault(fault: { kind: string; target: string; at_s: number; for_s: number | null; params: Fields }): void {
    const id = freshFaultId(this.faults, fault.kind);
    this.changeFaults([...this.faults, addedFault({ id, ...fault })], { t: "fault_add", id, ...fault });
  }

  editFault(id: string, change: FaultChange): void {
    this.changeFaults(changedFaults(this.faults, id, change), { t: "fault_edit", id, ...change });
  }

  removeFault(id: string): void {
    this.changeFaults(this.faults.filter((fault) => fault.id !== id), { t: "fault_remove", id });
  }

  clearFaults(): void {
    this.changeFaults([], { t: "faults_clear" });
  }

  /** One undoable step. */
  private changeFaults(faults: Fault[], message: Outgoing): void {
    const next = withFaults(this.doc, faults);
    if (sameFaults(this.doc, next)) return;
    this.history.push(this.doc);
    this.keep(next);
    this.sendFaults(message);
  }

  private sendFaults(message: Outgoing): void {
    this.metrics.clickAt = Date.now();
    this.emit(message);
    this.bump();
  }
}

const sessions = new Map<string, Session>();

export function sessionOf(name: string): Session {
  let session = sessions.get(name);
  if (!session) sessions.set(name, (session = new Session(name)));
  return session;
}

export const allSessions = (): ReadonlyMap<string, Session> => sessions;
