import type { Catalogue } from "./catalogue";
import type { Finding } from "./document/advice";
import type { Fault, Fields, Scenario } from "./document/types";

/** What Python sends with every change, and what the canvas sends back. Times are simulated seconds. */
export interface Problem {
  path: string;
  message: string;
}

export type HealthWord = "ok" | "strained" | "failing" | "down";
export type RunState = "waiting" | "running" | "done" | "saturated" | "failed" | "cancelled";

/** A fault of the run with what it resolves to: a place fault names the places, instances and edges it reaches. */
export interface RunFault {
  id: string;
  kind: string;
  target: string;
  start_s: number;
  end_s: number | null;
  label: string;
  sentence: string;
  instances?: number[];
  places?: string[];
  edges?: string[];
  /** What works but works badly: places, edges and nodes with words like "+200 ms, 15 % loss". */
  grey?: { [id: string]: string };
}
export interface Phase {
  phase: string;
  node: string | null;
  from_s: number;
  to_s: number;
}
export interface LogEvent {
  t_s: number;
  kind: string;
  node: string | null;
  text: string;
}
export interface Tile {
  label: string;
  value: string;
  unit?: string;
  help?: string;
  state: HealthWord | "none";
}

export interface Run {
  id: string;
  state: RunState;
  message: string;
  progress: number;
  seed: number;
  variant: string | null;
  duration_s: number;
  warmup_s: number;
  frames_until_s: number;
  stale: boolean;
  branched_at_s: number | null;
  faults: RunFault[];
  phases: Phase[];
  events: LogEvent[];
  strip: Tile[];
}

export interface InstanceMeta {
  node: string;
  index: number;
  place: string;
  slots?: number;
}
export interface TargetMeta {
  node: string;
  edge: string;
  instance: number;
  unhealthy: number;
  healthy: number;
}
export interface FrameMeta {
  id: string;
  rev?: number;
  n: number;
  dt: number;
  node_ids: string[];
  node_fields: string[];
  edge_ids: string[];
  edge_fields: string[];
  causes: string[];
  instances: InstanceMeta[];
  inst_fields: string[];
  targets: TargetMeta[];
  target_fields: string[];
  places: { id: string; kind: string; region: string | null }[];
  max_edge_rate: number;
  /** What single items have to show: the columns of `marks` as [item, field]. */
  marks?: [item: string, field: string][];
  /** The rows that come go on from so many rows of this run, which the canvas has already; absent when all rows come. */
  base?: { id: string; n: number } | null;
  /** Numbers of an item that stand still. */
  facts?: { [item: string]: Facts };
}
export type Facts = { [name: string]: number | string | null };

/** An Arrow table with one float32 column "v". */
export interface Column {
  getChild?: (name: string) => { toArray(): ArrayLike<number> } | null;
}

export interface Payload {
  instance: string;
  store: string;
  gen: number;
  ack: { [sid: string]: number };
  doc: Scenario;
  doc_faults?: Fault[] | null;
  /** True while Python still holds the document it starts every new session with. Absent: true for the first generation. */
  untouched?: boolean;
  /** Absent when the canvas has it already. */
  catalogue?: Catalogue | null;
  problems?: Problem[];
  advice?: Finding[];
  run: Run | null;
  frames: FrameMeta | null;
  nodes?: Column;
  edges?: Column;
  insts?: Column;
  targets?: Column;
  marks?: Column;
  /** Pixels, or a length of CSS that may follow the window. */
  height?: number | string | null;
}

export type Outgoing =
  | { t: "doc"; gen: number; rev: number; doc: Scenario }
  | { t: "run" }
  | { t: "cancel" }
  | { t: "fault_add"; id: string; kind: string; target: string; at_s: number; for_s: number | null; params: Fields }
  | { t: "fault_edit"; id: string; at_s?: number; for_s?: number | null; params?: Fields }
  | { t: "fault_remove"; id: string }
  | { t: "faults_clear" }
  | { t: "faults_set"; faults: Fault[] }
  | { t: "seed"; seed: number }
  | { t: "variant"; id: string | null }
  | { t: "seek"; t_s: number }
  | { t: "resend" };

export type Send = (name: "ev", value: { sid: string; evs: (Outgoing & { n: number })[] }) => void;
