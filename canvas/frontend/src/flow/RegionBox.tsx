import type { NodeProps } from "@xyflow/react";
import { memo, useRef } from "react";
import { Glyph, Sign } from "../glyphs";
import { markSvg } from "../marks";
import { useCanvas, useTick } from "../session/use";
import { clock, percent } from "../frames/words";
import { activeFaults, darkens, hitsPlace } from "./active";
import { ABSENT } from "./pip-painter";
import type { LaneNode, RegionNode } from "./model";
import { addAz } from "../document/edits";

/** The box of a Region; its header is the grip it is moved by. */
export const RegionBox = memo(({ id, data, selected }: NodeProps<RegionNode>) => {
  const { session } = useCanvas();
  const root = useRef<HTMLDivElement>(null);
  useTick(() => {
    paintPlace(root.current, session, id, "REGION");
    paintCapacity(root.current, session, id);
  });
  const grow = (event: React.MouseEvent): void => {
    event.stopPropagation();
    session.edit((doc) => addAz(doc, id).doc);
  };
  return (
    <div ref={root} className={`fl-region${selected ? " selected" : ""}`} data-container={id}>
      <header className="fl-region-grip">
        <Glyph name="region" size={15} />
        <b>{id}</b>
        <small>{data.lanes === 1 ? "1 AZ" : `${data.lanes} AZs`}</small>
        <small data-part="capacity" />
        <span className="fl-down" data-part="down" />
        <button type="button" className="fl-ghost-button nodrag" onClick={grow} aria-label={`Add an AZ to ${id}`} title="Add an AZ">
          <Sign name="plus" size={12} /> AZ
        </button>
      </header>
    </div>
  );
});

/** An AZ: one of the equally wide lanes of its Region. */
export const AzLane = memo(({ id, selected }: NodeProps<LaneNode>) => {
  const { session } = useCanvas();
  const root = useRef<HTMLDivElement>(null);
  useTick(() => {
    paintPlace(root.current, session, id, "AZ");
    paintCapacity(root.current, session, id);
  });
  return (
    <div ref={root} className={`fl-lane${selected ? " selected" : ""}`} data-container={id}>
      <header>
        <b>{id}</b>
        <small data-part="capacity" />
        <span className="fl-down" data-part="down" />
      </header>
    </div>
  );
});

type Painted = Parameters<typeof activeFaults>[0];

function paintPlace(root: HTMLElement | null, session: Painted, id: string, word: string): void {
  if (!root) return;
  const faults = activeFaults(session).filter((fault) => hitsPlace(fault, id));
  const dark = faults.find(darkens);
  root.classList.toggle("dark", dark !== undefined);
  const grey = dark ? "" : faults.map((entry) => entry.grey?.[id]).filter(Boolean).join(", ");
  root.classList.toggle("hit", faults.length > 0 && !dark);
  root.toggleAttribute("data-grey", grey !== "");
  const fault = dark ?? faults[0];
  const since = fault ? clock(session.clock.playhead_s - fault.start_s) : "";
  const text = dark ? `${word} DOWN ${since}` : grey ? `${grey} ${since}` : fault ? `${fault.label} ${since}` : "";
  const el = root.querySelector<HTMLElement>("[data-part=down]");
  if (!el || el.textContent === text) return;
  el.textContent = text;
  el.title = fault?.sentence ?? "";
  if (fault && !dark) el.insertAdjacentHTML("afterbegin", markSvg(grey ? "clock" : "bolt"));
}

/** How many of the instances in this place are in service, and the share of the work it gets: of an AZ its Region's, of a Region all. */
function paintCapacity(root: HTMLElement | null, session: Painted, id: string): void {
  const el = root?.querySelector<HTMLElement>("[data-part=capacity]");
  if (!el) return;
  let text = "";
  const frames = session.stale ? null : session.frames;
  if (frames) {
    const row = frames.row(session.clock.playhead_s);
    const regionOf = new Map(frames.meta.places.filter((place) => place.kind === "az").map((place) => [place.id, place.region]));
    let up = 0;
    let all = 0;
    frames.meta.instances.forEach((instance, i) => {
      if ((instance.place !== id && regionOf.get(instance.place) !== id) || frames.instances.at(row, i, "state") === ABSENT) return;
      all++;
      if (frames.instances.at(row, i, "state") === 0) up++;
    });
    const share = frames.mark(row, id, "share");
    text = all ? `${up}/${all} up${share >= 0 ? ` · ${percent(share)} of the work` : ""}` : "empty";
  }
  if (el.textContent !== text) el.textContent = text;
}
