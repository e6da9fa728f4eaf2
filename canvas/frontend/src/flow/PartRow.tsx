import { memo } from "react";
import { useCanvas } from "../session/use";
import { MOST_PIPS, type Part } from "./pips";

/** The pips or belief chips of one AZ's stretch of a card. Their state is painted; which there are is React's. */
export const PartRow = memo(({ node, part }: { node: string; part: Part }) => {
  const { session } = useCanvas();
  const shown = part.pips.slice(0, MOST_PIPS);
  const chips = part.chips.slice(0, MOST_PIPS);
  const more = Math.max(part.pips.length - shown.length, part.chips.length - chips.length);
  const open = (index: number) => (event: React.MouseEvent): void => {
    event.stopPropagation();
    session.view.select([node], `${node}[${index}]`);
  };
  return (
    <div className="fl-part" data-az={part.az ?? ""} style={{ left: part.x, width: part.w }}>
      {shown.map((pip) => (
        <button key={pip.index} type="button" className="fl-pip nodrag" data-row={pip.row} data-index={pip.index} onClick={open(pip.index)}
          aria-label={`Instance ${node}[${pip.index}]`} />
      ))}
      {chips.map((chip) => <span key={chip.row} className="fl-chip" role="img" data-row={chip.row} data-target={chip.label} aria-label={chip.label}><i /></span>)}
      {more > 0 && <small className="fl-more">+{more}</small>}
      {part.pips.length > 0 && <small className="fl-count" data-part="count" />}
      {part.chips.length > 0 && <small className="fl-count" data-part="belief" />}
    </div>
  );
});
