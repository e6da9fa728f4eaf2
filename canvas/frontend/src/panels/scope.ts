import { kindOf } from "../catalogue";
import type { FieldScope } from "../fields/FieldRow";
import type { Session } from "../session/session";

/** What field editors need to know of the whole document: places and nodes to choose from. */
export function scopeOf(session: Session): FieldScope {
  const regions = session.doc.regions ?? [];
  return {
    problems: session.problems,
    azs: [],
    regions: regions.map((region) => region.id),
    anyAzs: regions.flatMap((region) => region.azs),
    nodes: session.doc.nodes.map((node) => ({ id: node.id, behaviour: kindOf(session.catalogue, node.kind).behaviour })),
  };
}
