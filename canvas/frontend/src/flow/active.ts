import type { RunFault } from "../protocol";
import type { Session } from "../session/session";

/** Faults that take a place off the grid; others on a place are shown as a badge. */
const DARKENING = new Set(["az_power_loss", "region_outage"]);

export function activeFaults(session: Session): RunFault[] {
  const t = session.clock.playhead_s;
  if (session.stale || !session.frames) return [];
  return (session.run?.faults ?? []).filter((fault) => fault.start_s <= t && (fault.end_s === null || t < fault.end_s));
}

export const hitsPlace = (fault: RunFault, place: string): boolean => fault.target === place || (fault.places?.includes(place) ?? false);

export const darkens = (fault: RunFault): boolean => DARKENING.has(fault.kind);
