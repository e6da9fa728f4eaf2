import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import { ChartCursor } from "./charts/cursor";
import { setRoot } from "./flow/drop-mark";
import { Flow } from "./flow/Flow";
import { Sign, type SignName } from "./glyphs";
import type { Overlay } from "./overlay/overlay";
import { EmptyState, FaultMenu, LiveLog, RestoredNote, Toasts } from "./panels/Messages";
import { Inspector } from "./panels/Inspector";
import { Palette } from "./panels/Palette";
import { Strip } from "./panels/Strip";
import { TableTwin } from "./panels/TableTwin";
import { Transport } from "./panels/Transport";
import { useFocusKept } from "./panels/use-focus-kept";
import { useKeys } from "./panels/use-keys";
import type { Session } from "./session/session";
import { Context, useSession } from "./session/use";

export function App({ session }: { session: Session }) {
  const overlay = useRef<Overlay | null>(null);
  const context = useMemo(() => ({ session, overlay }), [session]);
  return (
    <Context.Provider value={context}>
      <ReactFlowProvider>
        <Frame />
      </ReactFlowProvider>
    </Context.Provider>
  );
}

function Frame() {
  const session = useSession();
  const root = useRef<HTMLDivElement>(null);
  const onKeyDown = useKeys(session, root);
  useFocusKept(root);
  const { view } = session;
  session.metrics.renders++;
  useEffect(() => {
    setRoot(session.name, root.current);
    const cursor = new ChartCursor(session);
    return () => {
      cursor.stop();
      setRoot(session.name, null);
    };
  }, [session]);
  return (
    <div ref={root} className={`fl${view.dark ? " dark" : ""}${session.stale ? " is-stale" : ""}`} onKeyDown={onKeyDown} tabIndex={-1} role="application" aria-label="Architecture canvas">
      <Strip />
      <div className="fl-main">
        {view.palette && <Palette />}
        <div className="fl-stage">
          <Flow />
          <EmptyState />
          <RestoredNote />
          <Corner />
          <LiveLog />
          {view.table && <TableTwin />}
        </div>
        {view.inspector && <Inspector />}
      </div>
      <Transport />
      <FaultMenu />
      <Toasts />
    </div>
  );
}

/** Panels that are hidden come back from here; the table and the full screen too. */
function Corner() {
  const session = useSession();
  const { view } = session;
  const full = (event: React.MouseEvent): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void (event.currentTarget.closest(".fl") as HTMLElement).requestFullscreen?.();
  };
  const tool = (sign: SignName, label: string, run: (event: React.MouseEvent) => void, on = false) => (
    <button type="button" className="fl-icon" aria-label={label} title={label} aria-pressed={on} onClick={run}><Sign name={sign} size={15} /></button>
  );
  return (
    <>
      {!view.palette && <div className="fl-corner left">{tool("left", "Show the palette", () => view.toggle("palette"))}</div>}
      <div className="fl-corner right">
        {tool("table", "Table of nodes and calls", () => view.toggle("table"), view.table)}
        {tool("full", "Full screen", full)}
        {!view.inspector && tool("panel", "Show the inspector", () => view.toggle("inspector"))}
      </div>
    </>
  );
}
