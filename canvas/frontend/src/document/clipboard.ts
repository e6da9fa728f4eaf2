import { newNodeId } from "./ids";
import { rewriter } from "./rename";
import { edgeId, type Edge, type Node, type Point, type Scenario } from "./types";

/** Copied nodes with the edges among them and the edges' and nodes' own values; ids are made anew when pasted. */
export interface Clip {
  nodes: Node[];
  edges: Edge[];
  points: { [id: string]: Point };
}

export function copy(doc: Scenario, ids: ReadonlySet<string>, points: { [id: string]: Point }): Clip {
  return {
    nodes: doc.nodes.filter((node) => ids.has(node.id)),
    edges: (doc.edges ?? []).filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
    points: Object.fromEntries([...ids].map((id) => [id, points[id] ?? [0, 0]])),
  };
}

/** `offset` moves the copies so that they do not hide what they were copied from. */
export function paste(doc: Scenario, clip: Clip, offset: Point): { doc: Scenario; ids: string[] } {
  const ids: string[] = [];
  const renames: ((text: string) => string)[] = [];
  let out = doc;
  for (const node of clip.nodes) {
    const id = copyId(out, node.id);
    const [x, y] = clip.points[node.id] ?? [0, 0];
    out = { ...out, nodes: [...out.nodes, { ...node, id }], layout: { ...out.layout, [id]: [x + offset[0], y + offset[1]] } };
    ids.push(id);
    renames.push(rewriter(node.id, id));
  }
  // Each end is renamed by its own rule once, so that web → web-2 is not renamed again by the rule of a copied web-2.
  const renamed = (id: string): string => renames.map((rename) => rename(id)).find((name) => name !== id) ?? id;
  const edges = clip.edges.map((edge) => ({ ...edge, from: renamed(edge.from), to: renamed(edge.to) }));
  const known = new Set((out.edges ?? []).map(edgeId));
  return { doc: { ...out, edges: [...(out.edges ?? []), ...edges.filter((edge) => !known.has(edgeId(edge)))] }, ids };
}

const copyId = (doc: Scenario, id: string): string => newNodeId(doc, id);
