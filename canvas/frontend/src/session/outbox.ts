import type { Outgoing, Send } from "../protocol";

/** Kinds of message of which only the newest counts. */
const LAST_WRITE_WINS = new Set<Outgoing["t"]>(["doc", "faults_set", "seek", "seed", "variant", "run", "resend"]);
const RETRY_MS = [1500, 3000, 6000, 12_000];

/**
 * Streamlit loses triggers while a run is in progress, so every message carries all that Python has not acknowledged,
 * and an unanswered one is repeated. Python keeps what is new by number: at least once becomes exactly once.
 */
export class Outbox {
  readonly sid = Math.random().toString(36).slice(2, 10);
  private queue: (Outgoing & { n: number })[] = [];
  private seq = 0;
  private send: Send | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;

  attach(send: Send): void {
    this.send = send;
  }

  emit(message: Outgoing): void {
    // A drawing that a fault behind it is aimed at stays: Python would not know the target yet.
    const needed = message.t === "doc" && this.holdsFaults;
    if (LAST_WRITE_WINS.has(message.t) && !needed) this.queue = this.queue.filter((queued) => queued.t !== message.t);
    this.queue.push({ ...message, n: ++this.seq });
    this.tries = 0;
    this.flush();
  }

  /** Drops what Python has seen; true when something was dropped. */
  acknowledge(acked: number): boolean {
    const before = this.queue.length;
    this.queue = this.queue.filter((message) => message.n > acked);
    if (!this.queue.length) clearTimeout(this.timer);
    return this.queue.length < before;
  }

  drop(type: Outgoing["t"]): void {
    this.queue = this.queue.filter((message) => message.t !== type);
  }

  holds(type: Outgoing["t"]): boolean {
    return this.queue.some((message) => message.t === type);
  }

  /** Faults are on their way that Python has not answered. */
  get holdsFaults(): boolean {
    return this.queue.some((message) => message.t.startsWith("fault"));
  }

  /** Something a person waits for is under way; where the playhead stands is not. */
  get waiting(): boolean {
    return this.queue.some((message) => message.t !== "seek");
  }

  get size(): number {
    return this.queue.length;
  }

  private flush(): void {
    clearTimeout(this.timer);
    if (!this.queue.length) return;
    this.send?.("ev", { sid: this.sid, evs: this.queue });
    this.timer = setTimeout(() => this.flush(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
  }
}
