import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import type { Overlay } from "../overlay/overlay";
import type { Session } from "./session";

export interface CanvasContext {
  session: Session;
  overlay: { current: Overlay | null };
}
export const Context = createContext<CanvasContext | null>(null);

export function useCanvas(): CanvasContext {
  const context = useContext(Context);
  if (!context) throw new Error("a canvas part was rendered outside of the canvas");
  return context;
}

/** Renders again whenever the session changes; for parts whose content React draws. */
export function useSession(): Session {
  const { session } = useCanvas();
  useSyncExternalStore(session.subscribe, session.snapshot);
  return session;
}

/** Writes to the DOM directly at each tick of playback and after each change: numbers never go through React. */
export function useTick(write: () => void): void {
  const { session } = useCanvas();
  useEffect(() => {
    write();
    const offTick = session.clock.onTick(write);
    const offChange = session.subscribe(write);
    return () => {
      offTick();
      offChange();
    };
  });
}
