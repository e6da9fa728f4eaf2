import { targetOf } from "../../document/target";
import { findEdge } from "../../document/connect";
import { useSession } from "../../session/use";
import { EdgePanel } from "./EdgePanel";
import { InstancePanel } from "./InstancePanel";
import { ManyPanel } from "./ManyPanel";
import { NodePanel } from "./NodePanel";
import { NothingPanel } from "./NothingPanel";
import { PlacePanel } from "./PlacePanel";

/** The panel that fits the selection. */
export function Inspected() {
  const session = useSession();
  const ids = [...session.view.selected];
  if (!ids.length) return <NothingPanel />;
  if (ids.length > 1) return <ManyPanel ids={ids} />;
  if (session.view.instance) return <InstancePanel key={session.view.instance} id={session.view.instance} />;
  const target = targetOf(session.doc, session.catalogue, ids[0]);
  if (!target) return <NothingPanel />;
  if (target.type === "edge") return <EdgePanel key={target.id} edge={findEdge(session.doc, target.id)!} />;
  if (target.type === "node") return <NodePanel key={target.id} id={target.id} kind={target.kind!} />;
  return <PlacePanel key={target.id} id={target.id} type={target.type === "region" ? "region" : "az"} />;
}
