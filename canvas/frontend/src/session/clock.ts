/** Playback: the playhead in simulated seconds, its speed, and the one animation loop of the canvas. Nothing moves, nothing runs. */
export type Repaint = (now_ms: number) => void;

const THROTTLED_MS = 66; // while Python answers: about 15 frames a second leave it the processor
const TICKS_PER_S = 5; // numbers on cards and charts; faster cannot be read

export class Clock {
  playhead_s = 0;
  playing = false;
  speed = 10;
  /** True while a person waits for Python. */
  throttled = false;
  readonly stats = { fps: 0, painted: 0, paint_ms: 0 };
  private readonly ticks = new Set<() => void>();
  private readonly painters = new Set<Repaint>();
  private raf = 0;
  private last_ms = 0;
  private lastTick_ms = 0;
  private dirty = true;
  private window: number[] = [];

  /** `limits` tells how far playback may go and what to do there. */
  constructor(private readonly limits: { end_s: () => number; atEnd: () => void }) {}

  /** Runs at most a few times a second while the playhead moves, and once after each change. */
  onTick(run: () => void): () => void {
    this.ticks.add(run);
    return () => void this.ticks.delete(run);
  }

  onPaint(run: Repaint): () => void {
    this.painters.add(run);
    return () => void this.painters.delete(run);
  }

  /** Asks for one repaint; the loop goes on by itself only while playing. */
  wake(): void {
    this.dirty = true;
    if (!this.raf) this.raf = requestAnimationFrame(this.step);
  }

  /** Writes numbers now: after a seek, or when new frames arrived. */
  tick(): void {
    this.ticks.forEach((run) => run());
    this.wake();
  }

  seek(t_s: number): void {
    this.playhead_s = Math.max(0, Math.min(t_s, this.limits.end_s()));
    this.tick();
  }

  private readonly step = (now: number): void => {
    this.raf = 0;
    if (this.throttled && now - this.last_ms < THROTTLED_MS) return this.again();
    const elapsed_s = Math.min(0.1, (now - this.last_ms) / 1000);
    this.last_ms = now;
    if (this.playing) this.advance(elapsed_s, now);
    if (this.dirty || this.playing) this.paint(now);
    this.dirty = false;
    if (this.playing) this.again();
  };

  private again(): void {
    if (!this.raf) this.raf = requestAnimationFrame(this.step);
  }

  private advance(elapsed_s: number, now: number): void {
    const end_s = this.limits.end_s();
    const next = this.playhead_s + elapsed_s * this.speed;
    this.playhead_s = Math.max(this.playhead_s, Math.min(next, end_s));
    if (next >= end_s) this.limits.atEnd();
    if (now - this.lastTick_ms < 1000 / TICKS_PER_S && this.playing) return;
    this.lastTick_ms = now;
    this.ticks.forEach((run) => run());
  }

  private paint(now: number): void {
    const start = performance.now();
    this.painters.forEach((run) => run(now));
    this.stats.paint_ms = this.stats.paint_ms * 0.9 + (performance.now() - start) * 0.1;
    this.stats.painted++;
    this.window.push(now);
    while (this.window.length > 2 && now - this.window[0] > 2000) this.window.shift();
    const span = now - this.window[0];
    this.stats.fps = span > 0 ? ((this.window.length - 1) * 1000) / span : 0;
  }
}
