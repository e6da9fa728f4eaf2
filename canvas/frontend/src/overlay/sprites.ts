import { DIAMOND, DOT, RING, SQUARE } from "../frames/particles";

/** Pre-drawn particles: a bitmap copy is several times cheaper than a path, most of all without a graphics card. */
export const SPRITE = 24;

const COLOURS = {
  light: { ok: "#1F77C9", failing: "#A50F1A", halo: "rgba(255,255,255,.9)" },
  dark: { ok: "#6FB1F5", failing: "#E0402F", halo: "rgba(12,16,22,.85)" },
};

export type Sprites = HTMLCanvasElement[];

export function sprites(dark: boolean): Sprites {
  const colours = dark ? COLOURS.dark : COLOURS.light;
  const out: Sprites = [];
  out[DOT] = draw((c) => {
    disc(c, 7.5, colours.halo);
    disc(c, 6, colours.ok);
  });
  out[RING] = draw((c) => {
    disc(c, 7.5, colours.halo);
    c.lineWidth = 3;
    c.strokeStyle = colours.ok;
    c.beginPath();
    c.arc(SPRITE / 2, SPRITE / 2, 5.5, 0, 7);
    c.stroke();
  });
  out[SQUARE] = draw((c) => {
    square(c, 6.5, colours.halo);
    square(c, 5, colours.ok);
  });
  out[DIAMOND] = draw((c) => {
    diamond(c, 11, colours.halo);
    diamond(c, 9, colours.failing);
  });
  return out;
}

function draw(paint: (c: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SPRITE;
  paint(canvas.getContext("2d")!);
  return canvas;
}

function disc(c: CanvasRenderingContext2D, r: number, colour: string): void {
  c.fillStyle = colour;
  c.beginPath();
  c.arc(SPRITE / 2, SPRITE / 2, r, 0, 7);
  c.fill();
}

function square(c: CanvasRenderingContext2D, r: number, colour: string): void {
  c.fillStyle = colour;
  c.fillRect(SPRITE / 2 - r, SPRITE / 2 - r, 2 * r, 2 * r);
}

function diamond(c: CanvasRenderingContext2D, r: number, colour: string): void {
  const m = SPRITE / 2;
  c.fillStyle = colour;
  c.beginPath();
  c.moveTo(m, m - r);
  c.lineTo(m + r, m);
  c.lineTo(m, m + r);
  c.lineTo(m - r, m);
  c.fill();
}
