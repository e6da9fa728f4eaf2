import type { Column, Facts, FrameMeta, Payload } from "../protocol";
import { edgeFlows, type EdgeFlow } from "./flow";

/** A block of a run: row-major [row, item, field], read by names that are resolved once. */
export class Block {
  private readonly offset: { [field: string]: number };
  private readonly width: number;

  constructor(
    readonly data: Float32Array,
    readonly items: number,
    fields: string[],
  ) {
    this.width = fields.length;
    this.offset = Object.fromEntries(fields.map((field, i) => [field, i]));
  }

  at(row: number, item: number, field: string): number {
    const offset = this.offset[field];
    return offset === undefined ? NaN : this.data[(row * this.items + item) * this.width + offset];
  }
}

/** One run as the canvas plays it. Rows are seconds of `dt`; a partial run grows under the same id. */
export class Frames {
  readonly nodes: Block;
  readonly edges: Block;
  readonly instances: Block;
  readonly targets: Block;
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
  readonly flows: EdgeFlow[];
  private readonly marks: Block;
  private readonly markIndex: ReadonlyMap<string, number>;

  constructor(
    readonly meta: FrameMeta,
    payload: Pick<Payload, ArrayName>,
    before: Frames | null = null,
  ) {
    const rows = (name: ArrayName, items: number, fields: string[]): Block =>
      new Block(joined(before?.blockOf(name).data, (meta.base?.n ?? 0) * items * fields.length, column(payload[name])), items, fields);
    this.nodes = rows("nodes", meta.node_ids.length, meta.node_fields);
    this.edges = rows("edges", meta.edge_ids.length, meta.edge_fields);
    this.instances = rows("insts", meta.instances.length, meta.inst_fields);
    this.targets = rows("targets", meta.targets.length, meta.target_fields);
    this.marks = rows("marks", meta.marks?.length ?? 0, ["value"]);
    this.nodeIndex = new Map(meta.node_ids.map((id, i) => [id, i]));
    this.edgeIndex = new Map(meta.edge_ids.map((id, i) => [id, i]));
    this.markIndex = new Map((meta.marks ?? []).map(([item, field], i) => [`${item} ${field}`, i]));
    this.flows = edgeFlows(meta, this.edges, (row, edge) => this.mark(row, edge, "astray"));
  }

  /** Whether rows can be put behind those of another run: it has the ones they go on from. */
  static fits(meta: FrameMeta, before: Frames | null): boolean {
    return !meta.base || (before !== null && before.meta.id === meta.base.id && before.meta.n >= meta.base.n);
  }

  private blockOf(name: ArrayName): Block {
    return name === "insts" ? this.instances : this[name];
  }

  /** What an item has to show of a field; NaN when it has none. */
  mark(row: number, item: string, field: string): number {
    const at = this.markIndex.get(`${item} ${field}`);
    return at === undefined ? NaN : this.marks.data[row * this.marks.items + at];
  }

  hasMark(item: string, field: string): boolean {
    return this.markIndex.has(`${item} ${field}`);
  }

  factsOf(item: string): Facts {
    return this.meta.facts?.[item] ?? {};
  }

  /** The last row that lies at or before a time; -1 when there is none yet. */
  row(t_s: number): number {
    return Math.min(this.meta.n - 1, Math.max(0, Math.floor(t_s / this.meta.dt + 1e-9)));
  }

  /** Simulated seconds these rows cover. */
  get until_s(): number {
    return this.meta.n * this.meta.dt;
  }
}

type ArrayName = "nodes" | "edges" | "insts" | "targets" | "marks";

/** The first numbers of what was there before, and what has come. */
function joined(before: Float32Array | undefined, kept: number, come: Float32Array): Float32Array {
  if (!before || !kept) return come;
  const out = new Float32Array(kept + come.length);
  out.set(before.subarray(0, kept));
  out.set(come, kept);
  return out;
}

export function column(table: Column | undefined): Float32Array {
  const values = table?.getChild?.("v")?.toArray();
  return values instanceof Float32Array ? values : Float32Array.from(values ?? []);
}
