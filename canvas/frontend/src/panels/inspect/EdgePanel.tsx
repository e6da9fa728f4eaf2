import { setEdgeFields } from "../../document/edits";
import { problemsAt } from "../../document/problems";
import { edgeId, type Edge } from "../../document/types";
import { FieldRow } from "../../fields/FieldRow";
import { AdviceOn } from "../Advice";
import { useSession } from "../../session/use";
import { scopeOf } from "../scope";
import { BreakIt, Remove, Title } from "./parts";

/** A call: how long the caller waits, how often it tries, and what protects it. */
export function EdgePanel({ edge }: { edge: Edge }) {
  const session = useSession();
  const id = edgeId(edge);
  const scope = scopeOf(session);
  return (
    <>
      <Title glyph="network" kind="Call"><b className="fl-name">{edge.from} → {edge.to}</b></Title>
      {problemsAt(session.problems, `edges.${id}`).slice(0, 3).map((message) => <p key={message} className="fl-wrong">{message}</p>)}
      <AdviceOn id={id} />
      <BreakIt target={id} />
      <div className="fl-fields">
        {session.catalogue.edge_fields.filter((field) => field.name !== "from" && field.name !== "to").map((field) => (
          <FieldRow key={field.name} field={field} value={edge[field.name]} path={`edges.${id}.${field.name}`} scope={scope} commit={(value) => session.edit((doc) => setEdgeFields(doc, id, { [field.name]: value }))} />
        ))}
      </div>
      <Remove label="Delete this call" />
    </>
  );
}
