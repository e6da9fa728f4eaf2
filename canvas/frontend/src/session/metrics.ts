/** Wall times (ms since the epoch) and counts that the browser tests read from `window.__faultline`. */
export interface Metrics {
  mounts: number;
  unmounts: number;
  ignoredCleanups: number;
  calls: number;
  restored: number;
  framesApplied: number;
  clickAt: number;
  framesAt: number;
  framesPaintedAt: number;
  particles: number;
  renders: number;
}

export const freshMetrics = (): Metrics => ({
  mounts: 0, unmounts: 0, ignoredCleanups: 0, calls: 0, restored: 0, framesApplied: 0,
  clickAt: 0, framesAt: 0, framesPaintedAt: 0, particles: 0, renders: 0,
});
