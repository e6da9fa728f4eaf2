import { useReactFlow } from "@xyflow/react";
import { autoPoints } from "../layout/auto";
import { Sign, type SignName } from "../glyphs";
import { useSession } from "../session/use";

/** Small tools at the lower left: zoom, fit, tidy up, undo, table, full screen. */
export function ZoomBar({ fit }: { fit: () => void }) {
  const session = useSession();
  const flow = useReactFlow();
  const tidy = (): void => {
    session.edit((doc) => ({ ...doc, layout: autoPoints({ ...doc, layout: undefined }, session.catalogue) }));
    requestAnimationFrame(fit);
  };
  const tools: [SignName | string, string, () => void, boolean][] = [
    ["+", "Zoom in", () => void flow.zoomIn({ duration: 120 }), false],
    ["−", "Zoom out", () => void flow.zoomOut({ duration: 120 }), false],
    ["fit", "Fit into view", fit, false],
    ["layout", "Lay out automatically", tidy, !session.doc.nodes.length],
    ["undo", "Undo (Ctrl+Z)", () => session.undo(), !session.history.canUndo],
    ["redo", "Redo (Shift+Ctrl+Z)", () => session.redo(), !session.history.canRedo],
  ];
  return (
    <div className="fl-tools nodrag nopan" role="toolbar" aria-label="Drawing tools">
      {tools.map(([sign, label, run, off]) => (
        <button key={label} type="button" onClick={run} disabled={off} aria-label={label} title={label}>
          {sign.length === 1 ? <span className="sym">{sign}</span> : <Sign name={sign as SignName} size={15} />}
        </button>
      ))}
    </div>
  );
}
