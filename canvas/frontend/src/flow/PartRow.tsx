import { memo } from "react";
import { useCanvas } from "../session/use";
import { MOST_PIPS, type Part } from "./pips";

/** The pips or belief chips of one AZ's stretch of a card. React draws places for them; which instance is in which is painted. */
export const PartRow = memo(({ node, part }: { node: string; part: Part }) => {
  const { session } = useCanvas();
  const open = (event: React.MouseEvent<HTMLElement>): void => {
    event.stopPropagation();
    session.view.select([node], `${node}[${event.currentTarget.dataset.index}]`);
  };
  return (
    <div className="fl-part" data-az={part.az ?? ""} style={{ left: part.x, width: part.w }}>
      {part.pips.slice(0, MOST_PIPS).map((_, slot) => <button key={slot} type="button" className="fl-pip nodrag" onClick={open} aria-label={`Instance of ${node}`} />)}
      {part.chips.slice(0, MOST_PIPS).map((_, slot) => <span key={slot} className="fl-chip" role="img"><i /></span>)}
      <small className="fl-more" data-part="more" />
      {part.pips.length > 0 && <small className="fl-count" data-part="count" />}
      {part.chips.length > 0 && <small className="fl-count" data-part="belief" />}
    </div>
  );
});
