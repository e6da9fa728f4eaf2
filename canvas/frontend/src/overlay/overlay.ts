import { arcTable, type Line } from "../flow/path";
import { DOT, eachParticle, SQUARE } from "../frames/particles";
import type { Session } from "../session/session";
import { SPRITE, sprites, type Sprites } from "./sprites";

const PIECES = 32;
const still = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;

/**
 * One canvas for all particles of all edges, between the lines and the cards. It lies inside the moving layer, because only there it can be
 * below the cards, and undoes that layer's shift and zoom so that it always covers the frame sharply. Curves come in flow coordinates.
 */
export class Overlay {
  particles = 0;
  private readonly curves = new Map<string, { key: string; table: Float32Array; plain: number }>();
  private readonly context: CanvasRenderingContext2D;
  private readonly off: () => void;
  private sprites: Sprites;
  private dark: boolean;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly session: Session,
    private readonly viewport: () => readonly [x: number, y: number, zoom: number],
  ) {
    this.context = canvas.getContext("2d")!;
    this.dark = session.view.dark;
    this.sprites = sprites(this.dark);
    this.off = session.clock.onPaint(() => this.draw());
  }

  stop(): void {
    this.off();
  }

  /** What is sent over an asynchronous edge travels as squares. */
  setCurve(id: string, line: Line, async = false): void {
    const key = `${async} ${line.d}`;
    if (this.curves.get(id)?.key === key) return;
    this.curves.set(id, { key, table: arcTable(line, PIECES), plain: async ? SQUARE : DOT });
    this.session.clock.wake();
  }

  dropCurve(id: string): void {
    this.curves.delete(id);
    this.session.clock.wake();
  }

  resize(width: number, height: number): void {
    const scale = pixelRatio();
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.session.clock.wake();
  }

  private draw(): void {
    const { context, canvas, session } = this;
    if (session.view.dark !== this.dark) this.sprites = sprites((this.dark = session.view.dark));
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.particles = 0;
    const scale = pixelRatio();
    const [tx, ty, zoom] = this.viewport();
    canvas.style.transform = `scale(${1 / zoom}) translate(${-tx}px, ${-ty}px)`;
    if (!session.frames || session.stale) return;
    const size = SPRITE * Math.min(1.25, Math.max(0.4, 0.55 * Math.sqrt(zoom))) * scale * 0.85;
    for (const [id, { table, plain }] of this.curves) this.drawEdge(id, table, plain, tx * scale, ty * scale, zoom * scale, size);
    context.globalAlpha = 1;
    session.metrics.particles = this.particles;
  }

  private drawEdge(id: string, table: Float32Array, plain: number, tx: number, ty: number, zoom: number, size: number): void {
    const { context, canvas, session } = this;
    const frames = session.frames!;
    const edge = frames.edgeIndex.get(id);
    if (edge === undefined) return;
    const seconds = still?.matches ? Math.floor(session.clock.playhead_s) : session.clock.playhead_s;
    const x = Math.min(frames.meta.n, seconds / frames.meta.dt);
    const half = size / 2;
    eachParticle(frames.flows[edge], x, Math.max(1, session.clock.speed), frames.meta.causes, (position, shape, fade) => {
      const at = position * PIECES;
      const i = Math.min(PIECES - 1, at | 0);
      const f = at - i;
      const px = (table[2 * i] + (table[2 * i + 2] - table[2 * i]) * f) * zoom + tx;
      const py = (table[2 * i + 1] + (table[2 * i + 3] - table[2 * i + 1]) * f) * zoom + ty;
      if (px < -half || py < -half || px > canvas.width + half || py > canvas.height + half) return;
      if (context.globalAlpha !== fade) context.globalAlpha = fade;
      context.drawImage(this.sprites[shape === DOT ? plain : shape], px - half, py - half, size, size);
      this.particles++;
    });
  }
}

const pixelRatio = (): number => Math.min(2, window.devicePixelRatio || 1);
