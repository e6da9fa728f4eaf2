import type { HealthWord } from "../protocol";

/** Words and numbers as the whole product writes them. */
export const HEALTH: HealthWord[] = ["ok", "strained", "failing", "down"];

const CAUSE_WORDS: { [cause: string]: string } = {
  timeout: "timed out", refused: "connection refused", error: "error answered", throttled: "throttled", shed: "load shed",
  queue_full: "queue full", breaker_open: "circuit open", bulkhead_full: "bulkhead full", no_healthy_target: "no healthy target",
  no_writer: "no writer", unresolved: "name not resolved",
};
export const causeWord = (cause: string | undefined): string => (cause ? (CAUSE_WORDS[cause] ?? cause.replaceAll("_", " ")) : "failed");

/** 0.4, 12, 950, 1.2k, 34k, 1.2M */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${Math.round(value / 1e3)}k`;
  if (size >= 1e3) return `${trim(value / 1e3)}k`;
  return size >= 10 || size === 0 ? String(Math.round(value)) : trim(value);
}
const trim = (value: number): string => value.toFixed(1).replace(/\.0$/, "");

/** 800 µs, 45 ms, 1.2 s */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${seconds < 0.01 ? trim(seconds * 1e3) : Math.round(seconds * 1e3)} ms`;
  return seconds < 100 ? `${trim(seconds)} s` : clock(seconds);
}

/** The text of an event with the node that it is about in front, once. */
export const eventText = (node: string | null, text: string): { node: string; text: string } =>
  node ? { node, text: /^[:\s]/.test(text.slice(node.length)) && text.startsWith(node) ? text.slice(node.length).replace(/^:?\s*/, "") : text } : { node: "", text };

/** mm:ss, with hours when there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

export const percent = (share: number): string => {
  const value = share * 100;
  return Number.isFinite(value) ? `${value > 0 && value < 10 ? trim(value) : Math.round(value)} %` : "–";
};
