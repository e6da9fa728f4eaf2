import type { Catalogue } from "../catalogue";
import { setPoint } from "../document/edits";
import type { Scenario } from "../document/types";
import { arrange, type Card } from "./geometry";
import { GRID } from "./sizes";

const GAP = 12;

/** Moves one card down until it hides no other: dropping on a card puts the new one below it. */
export function freeY(doc: Scenario, catalogue: Catalogue, id: string): Scenario {
  let out = doc;
  for (let tries = 0; tries < 40; tries++) {
    const { cards } = arrange(out, catalogue);
    const card = cards.get(id);
    if (!card) return out;
    const below = [...cards].filter(([other, rect]) => other !== id && overlap(card, rect)).map(([, rect]) => rect.y + rect.h);
    if (!below.length) return out;
    const y = Math.ceil((Math.max(...below) + GAP) / GRID) * GRID;
    out = setPoint(out, id, [out.layout?.[id]?.[0] ?? card.x, y]);
  }
  return out;
}

const overlap = (a: Card, b: Card): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
