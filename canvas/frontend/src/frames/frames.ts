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
  private readonly marks: Float32Array;
  private readonly markIndex: ReadonlyMap<string, number>;

  constructor(
    readonly meta: FrameMeta,
    payload: Pick<Payload, "nodes" | "edges" | "insts" | "targets" | "marks">,
  ) {
    this.nodes = new Block(column(payload.nodes), meta.node_ids.length, meta.node_fields);
    this.edges = new Block(column(payload.edges), meta.edge_ids.length, meta.edge_fields);
    this.instances = new Block(column(payload.insts), meta.instances.length, meta.inst_fields);
    this.targets = new Block(column(payload.targets), meta.targets.length, meta.target_fields);
    this.nodeIndex = new Map(meta.node_ids.map((id, i) => [id, i]));
    this.edgeIndex = new Map(meta.edge_ids.map((id, i) => [id, i]));
    this.marks = column(payload.marks);
    this.markIndex = new Map((meta.marks ?? []).map(([item, field], i) => [`${item} ${field}`, i]));
    this.flows = edgeFlows(meta, this.edges);
  }

  /** What an item has to show of a field; NaN when it has none. */
  mark(row: number, item: string, field: string): number {
    const at = this.markIndex.get(`${item} ${field}`);
    return at === undefined ? NaN : this.marks[row * this.markIndex.size + at];
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

export function column(table: Column | undefined): Float32Array {
  const values = table?.getChild?.("v")?.toArray();
  return values instanceof Float32Array ? values : Float32Array.from(values ?? []);
}
