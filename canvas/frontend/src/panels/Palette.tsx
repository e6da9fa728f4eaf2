import { useReactFlow } from "@xyflow/react";
import { useState } from "react";
import { byCategory, isFound } from "../catalogue";
import { mark } from "../flow/drop-mark";
import { Glyph, Sign } from "../glyphs";
import { useSession } from "../session/use";
import { addByKeyboard, dropAt, dropTarget, labelOf, type Addable } from "./adding";

interface Ghost {
  what: Addable;
  x: number;
  y: number;
  refused: boolean;
}

/** Everything that can be drawn, by category. Drag it into a box with any pointer, or press Enter. */
export function Palette() {
  const session = useSession();
  const flow = useReactFlow();
  const [ghost, setGhost] = useState<Ghost | null>(null);
  const [wanted, setWanted] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());

  const begin = (what: Addable) => (down: React.PointerEvent<HTMLElement>): void => {
    if (down.button !== 0) return;
    const item = down.currentTarget;
    item.setPointerCapture(down.pointerId);
    let moved = false;
    const at = (event: PointerEvent) => flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false });
    const overFlow = (event: PointerEvent): boolean => {
      const frame = (item.getRootNode() as ShadowRoot | Document).querySelector(".fl-flow")!.getBoundingClientRect();
      return event.clientX > frame.left && event.clientX < frame.right && event.clientY > frame.top && event.clientY < frame.bottom;
    };
    const move = (event: PointerEvent): void => {
      if (!moved && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 4) return;
      moved = true;
      const over = overFlow(event) ? dropTarget(session, what, at(event)) : { container: null, refused: false };
      mark(session.name, over.container, over.refused);
      setGhost({ what, x: event.clientX, y: event.clientY, refused: over.refused });
    };
    const end = (event: PointerEvent): void => {
      item.removeEventListener("pointermove", move);
      item.removeEventListener("pointerup", end);
      item.removeEventListener("pointercancel", end);
      setGhost(null);
      mark(session.name, null);
      if (event.type === "pointerup" && moved && overFlow(event)) dropAt(session, what, at(event), event);
    };
    item.addEventListener("pointermove", move);
    item.addEventListener("pointerup", end);
    item.addEventListener("pointercancel", end);
  };

  const onKey = (what: Addable) => (event: React.KeyboardEvent<HTMLElement>): void => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    const box = event.currentTarget.getBoundingClientRect();
    addByKeyboard(session, what, { clientX: box.right + 12, clientY: box.top });
  };

  const item = (what: Addable, glyph: string, title: string) => (
    <button
      key={labelOf(what)} type="button" className="fl-item" aria-label={`Add ${labelOf(what)}`} title={title}
      onPointerDown={begin(what)} onKeyDown={onKey(what)}
    >
      <Glyph name={glyph} size={17} />
      <span>{labelOf(what)}</span>
    </button>
  );

  const looking = wanted.trim() !== "";
  const groups = byCategory(session.catalogue.kinds.filter((kind) => isFound(kind, wanted.trim())), session.catalogue.categories);
  const fold = (category: string): void => {
    const next = new Set(folded);
    if (!next.delete(category)) next.add(category);
    setFolded(next);
  };
  const section = (category: string, members: React.ReactNode) => {
    const open = looking || !folded.has(category);
    return (
      <section key={category} aria-label={category}>
        <h3>
          <button type="button" aria-expanded={open} onClick={() => fold(category)}>{category}<Sign name="down" size={11} /></button>
        </h3>
        {open && members}
      </section>
    );
  };

  return (
    <aside className="fl-palette" aria-label="Component palette">
      <div className="fl-panel-head">
        <h2>Components</h2>
        <button type="button" className="fl-icon" onClick={() => session.view.toggle("palette")} aria-label="Hide the palette" title="Hide"><Sign name="left" size={14} /></button>
      </div>
      <input
        type="search" className="fl-input fl-filter" placeholder="Find" aria-label="Find a component" value={wanted}
        onChange={(event) => setWanted(event.target.value)} onKeyDown={(event) => event.key === "Escape" && setWanted("")}
      />
      <div className="fl-items">
        {!looking && section("Places", (
          <>
            {item({ type: "region" }, "region", "A Region with two AZs. Drag it onto the canvas, or press Enter.")}
            {item({ type: "az" }, "az", "One more AZ for a Region: drop it onto the Region.")}
          </>
        ))}
        {groups.map(([category, kinds]) => section(category, kinds.map((kind) => item({ type: "kind", kind }, kind.glyph, kind.summary))))}
        {!groups.length && <p className="quiet">No component is called that. Anything else is an external dependency, or a plain service.</p>}
      </div>
      {ghost && (
        <div className={`fl-drag-ghost${ghost.refused ? " refused" : ""}`} style={{ left: ghost.x, top: ghost.y }}>
          <Glyph name={ghost.what.type === "kind" ? ghost.what.kind.glyph : ghost.what.type} size={17} /> {labelOf(ghost.what)}
        </div>
      )}
    </aside>
  );
}
