import { kindOf, type Catalogue, type Kind, type TargetType } from "../catalogue";
import { edgeId, type Scenario } from "./types";

/** What a fault's target names: `us-east-1`, `us-east-1a`, `web`, `web[2]` or `web->orders`. */
export interface Target {
  type: TargetType;
  id: string;
  kind?: Kind;
  label: string;
}

export function targetOf(doc: Scenario, catalogue: Catalogue, id: string): Target | null {
  if (doc.regions?.some((region) => region.id === id)) return { type: "region", id, label: `Region ${id}` };
  if (doc.regions?.some((region) => region.azs.includes(id))) return { type: "az", id, label: `AZ ${id}` };
  const edge = doc.edges?.find((entry) => edgeId(entry) === id);
  if (edge) return { type: "edge", id, label: `${edge.from} → ${edge.to}` };
  const instance = /^(.*)\[(\d+)\]$/.exec(id);
  const node = doc.nodes.find((entry) => entry.id === (instance ? instance[1] : id));
  if (!node) return null;
  const kind = kindOf(catalogue, node.kind);
  return instance ? { type: "instance", id, kind, label: `instance ${id}` } : { type: "node", id, kind, label: id };
}
