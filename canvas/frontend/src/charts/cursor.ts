import type { Session } from "../session/session";

/**
 * The charts below the canvas are Plotly figures of the same page. A thin line in each follows the playhead, and a click seeks.
 * Only figures whose `layout.meta` is "faultline-time" take part; a page without any costs one look-up a second.
 */
interface Axis {
  _offset: number;
  _length: number;
  l2p: (value: number) => number;
  p2l: (pixel: number) => number;
}
interface Plot extends HTMLElement {
  _fullLayout?: { meta?: unknown; xaxis?: Axis; _size?: { t: number; h: number } };
  layout?: { meta?: unknown };
}

const META = "faultline-time";
const SEARCH_MS = 1000;

export class ChartCursor {
  private readonly lines = new Map<Plot, HTMLElement>();
  private readonly off: (() => void)[];
  private searchedAt = -Infinity;

  constructor(private readonly session: Session) {
    this.off = [session.clock.onPaint(() => this.follow()), session.clock.onTick(() => this.follow())];
  }

  stop(): void {
    this.off.forEach((run) => run());
    for (const plot of [...this.lines.keys()]) this.forget(plot);
  }

  private follow(): void {
    if (performance.now() - this.searchedAt > SEARCH_MS) this.search();
    for (const [plot, line] of this.lines) {
      const axis = plot._fullLayout?.xaxis;
      const size = plot._fullLayout?._size;
      const x = axis && size ? axis.l2p(this.session.clock.playhead_s) : NaN;
      const inside = axis !== undefined && x >= 0 && x <= axis._length && this.session.frames !== null;
      line.style.display = inside ? "block" : "none";
      if (!inside || !axis || !size) continue;
      line.style.transform = `translateX(${axis._offset + x}px)`;
      line.style.top = `${size.t}px`;
      line.style.height = `${size.h}px`;
    }
  }

  private search(): void {
    this.searchedAt = performance.now();
    for (const plot of [...this.lines.keys()]) if (!plot.isConnected || !this.lines.get(plot)!.isConnected) this.forget(plot);
    for (const plot of document.querySelectorAll<Plot>(".js-plotly-plot")) if (!this.lines.has(plot) && isTimeChart(plot)) this.adopt(plot);
  }

  private adopt(plot: Plot): void {
    const line = document.createElement("div");
    line.setAttribute("aria-hidden", "true");
    line.className = "faultline-cursor";
    line.style.cssText =
      "position:absolute;left:0;width:0;border-left:1.5px solid color-mix(in srgb, currentColor 70%, transparent);pointer-events:none;z-index:5;display:none;will-change:transform";
    if (getComputedStyle(plot).position === "static") plot.style.position = "relative";
    plot.appendChild(line);
    plot.addEventListener("pointerdown", this.press, true);
    this.lines.set(plot, line);
  }

  private forget(plot: Plot): void {
    this.lines.get(plot)?.remove();
    plot.removeEventListener("pointerdown", this.press, true);
    this.lines.delete(plot);
  }

  /** A press that does not become a drag seeks; a drag stays Plotly's zoom, whose cover takes the release, hence the window. */
  private readonly press = (down: PointerEvent): void => {
    const plot = down.currentTarget as Plot;
    const release = (up: PointerEvent): void => {
      window.removeEventListener("pointerup", release, true);
      if (Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) > 4) return;
      const t_s = timeUnder(plot, up);
      if (t_s !== null) this.session.seek(t_s);
    };
    window.addEventListener("pointerup", release, true);
  };
}

const isTimeChart = (plot: Plot): boolean => plot._fullLayout?.meta === META || plot.layout?.meta === META;

function timeUnder(plot: Plot, event: PointerEvent): number | null {
  const axis = plot._fullLayout?.xaxis;
  const size = plot._fullLayout?._size;
  if (!axis || !size) return null;
  const box = plot.getBoundingClientRect();
  const x = event.clientX - box.left - axis._offset;
  const y = event.clientY - box.top - size.t;
  if (x < 0 || x > axis._length || y < 0 || y > size.h) return null;
  const t_s = axis.p2l(x);
  return Number.isFinite(t_s) ? t_s : null;
}
