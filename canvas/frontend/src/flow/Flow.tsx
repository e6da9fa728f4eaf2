import { Background, BackgroundVariant, MiniMap, ReactFlow, useReactFlow, useStore, useStoreApi, ViewportPortal, type NodeTypes, type EdgeTypes, type ReactFlowState } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Geometry } from "../layout/geometry";
import { Overlay } from "../overlay/overlay";
import { useCanvas, useSession } from "../session/use";
import { AzLane, RegionBox } from "./RegionBox";
import { Model, type AnyNode } from "./model";
import { ServiceCard } from "./ServiceCard";
import { TrafficEdge } from "./TrafficEdge";
import { useConnecting } from "./use-connecting";
import { useMoving } from "./use-moving";
import { useSelecting } from "./use-selecting";
import { ZoomBar } from "./ZoomBar";

const NODE_TYPES: NodeTypes = { card: ServiceCard, region: RegionBox, lane: AzLane };
const EDGE_TYPES: EdgeTypes = { traffic: TrafficEdge };
/** As large as it goes: the tools at the lower left cover a corner of a Region at most. */
const FIT = { padding: { top: "14px", left: "20px", right: "20px", bottom: "20px" }, maxZoom: 1.15, duration: 0 } as const;

/** Below this zoom cards show their name and state alone: smaller text cannot be read. */
const FAR = 0.45;

/** The overview map helps only when something lies beyond the edges of the view. */
function reachesOut({ transform: [x, y, zoom], width, height }: ReactFlowState, geometry: Geometry): boolean {
  const boxes = [...geometry.regions.values(), ...geometry.cards.values()];
  return boxes.some((box) => box.x * zoom + x < 0 || box.y * zoom + y < 0 || (box.x + box.w) * zoom + x > width || (box.y + box.h) * zoom + y > height);
}

/** The drawing itself. Everything shown derives from the session's document; gestures become edits of it. */
export function Flow() {
  const session = useSession();
  const { overlay } = useCanvas();
  const flow = useReactFlow<AnyNode>();
  const store = useStoreApi();
  const frame = useRef<HTMLDivElement>(null);
  const model = useMemo(() => new Model(), []);
  const moving = useMoving();
  const selecting = useSelecting();
  const connecting = useConnecting();

  const setCanvas = useCallback((el: HTMLCanvasElement | null) => {
    overlay.current?.stop();
    overlay.current = el ? new Overlay(el, session, () => store.getState().transform) : null;
    if (frame.current) overlay.current?.resize(frame.current.clientWidth, frame.current.clientHeight);
  }, [session, store, overlay]);

  useEffect(() => {
    const observer = new ResizeObserver(() => overlay.current?.resize(frame.current!.clientWidth, frame.current!.clientHeight));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, [overlay]);

  const fits = session.view.fits;
  const fitted = useRef(session.view.viewport ? fits : -1);
  useEffect(() => {
    if (fitted.current === fits) return;
    fitted.current = fits;
    requestAnimationFrame(() => void flow.fitView(FIT));
  }, [fits, flow]);

  const { revealed } = session.view;
  useEffect(() => {
    if (revealed === null) return;
    session.view.revealed = null;
    if (reachesOut(store.getState(), session.geometry)) void flow.fitView({ ...FIT, duration: 200 });
  }, [revealed, flow, session, store]);

  const far = useStore((state) => state.transform[2] < FAR);
  const overview = useStore((state) => reachesOut(state, session.geometry));
  const nodes = model.buildNodes(session, moving.drag);
  const edges = model.buildEdges(session, moving.drag);
  return (
    <div className={`fl-flow${far ? " far" : ""}`} ref={frame} data-testid="fl-flow">
      <ReactFlow<AnyNode>
        nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} colorMode={session.view.dark ? "dark" : "light"}
        onNodesChange={(changes) => (moving.onChanges(changes), selecting.onNodes(changes))} onEdgesChange={selecting.onEdges}
        onNodeDragStop={moving.onStop} onSelectionDragStop={(event, dragged) => moving.onStop(event, dragged[0], dragged)} onConnect={connecting.onConnect} onConnectStart={connecting.onStart} onConnectEnd={connecting.onEnd}
        onNodeContextMenu={selecting.onNodeMenu} onEdgeContextMenu={selecting.onEdgeMenu}
        onPaneClick={() => session.view.openMenu(null)} onMove={() => session.clock.wake()} onMoveEnd={(_, viewport) => (session.view.viewport = viewport)}
        defaultViewport={session.view.viewport ?? undefined} minZoom={0.15} maxZoom={2.5} deleteKeyCode={null} disableKeyboardA11y
        zoomOnScroll={false} preventScrolling={false} zoomActivationKeyCode={["Control", "Meta"]} zoomOnDoubleClick={false}
        multiSelectionKeyCode={["Shift", "Control", "Meta"]} selectionKeyCode="Shift" connectionRadius={28} zIndexMode="manual" nodeDragThreshold={3}
      >
        <Background variant={BackgroundVariant.Dots} gap={16} size={1} />
        {overview && <MiniMap pannable className="fl-minimap" style={{ width: 112, height: 72 }} nodeClassName={(node) => `mini-${node.type}`} ariaLabel="Overview map" />}
        <ViewportPortal><canvas className="fl-overlay" ref={setCanvas} aria-hidden="true" /></ViewportPortal>
        <svg className="fl-defs" aria-hidden="true">
          <defs>
            <marker id="fl-arrow" viewBox="0 0 10 10" refX="8.500" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
              <path d="M1 1.500 8.500 5 1 8.500z" className="fl-arrow" />
            </marker>
          </defs>
        </svg>
        <ZoomBar fit={() => void flow.fitView({ ...FIT, duration: 200 })} />
      </ReactFlow>
    </div>
  );
}
