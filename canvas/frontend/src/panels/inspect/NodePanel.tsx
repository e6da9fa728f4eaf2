import type { Field, Kind } from "../../catalogue";
import { refusal } from "../../document/connect";
import { connect } from "../../document/connect";
import { setNodeFields } from "../../document/edits";
import { placeOf } from "../../document/placement";
import { problemsAt } from "../../document/problems";
import { edgeId, regionOfAz } from "../../document/types";
import { FieldRow } from "../../fields/FieldRow";
import { AdviceOn } from "../Advice";
import { useSession } from "../../session/use";
import { scopeOf } from "../scope";
import { Losses } from "./Losses";
import { BreakIt, IdInput, Remove, Title } from "./parts";

/** A node: its id, its fields as the catalogue lists them, its connections and what can break it. */
export function NodePanel({ id, kind }: { id: string; kind: Kind }) {
  const session = useSession();
  const node = session.doc.nodes.find((entry) => entry.id === id)!;
  const place = placeOf(session.doc, node, kind);
  const region = session.doc.regions?.find((entry) => entry.id === (place?.region ?? regionOfAz(session.doc, String(node.az))?.id));
  const scope = { ...scopeOf(session), azs: region?.azs ?? [] };
  const own = problemsAt(session.problems, `nodes.${id}`).filter((message) => !kind.fields.some((f) => problemsAt(session.problems, `nodes.${id}.${f.name}`).includes(message)));
  const row = (field: Field) => (
    <FieldRow key={field.name} field={field} value={node[field.name]} path={`nodes.${id}.${field.name}`} scope={scope} commit={(value) => session.edit((doc) => setNodeFields(doc, id, { [field.name]: value }))} />
  );
  return (
    <>
      <Title glyph={kind.glyph} kind={kind.label}><IdInput id={id} label="Id" /></Title>
      {kind.summary && <p className="fl-summary">{kind.summary}</p>}
      {own.map((message) => <p key={message} className="fl-wrong" role="alert">{message}</p>)}
      <AdviceOn id={id} />
      <BreakIt target={id} />
      <div className="fl-fields">{kind.fields.filter((field) => field.name !== "id" && field.name !== "kind").map(row)}</div>
      <Losses kind={kind} />
      <Connections id={id} />
      <Remove label={`Delete ${id}`} />
    </>
  );
}

/** Calls of this node, and the way to draw one without a pointer. Targets that are refused say why. */
function Connections({ id }: { id: string }) {
  const session = useSession();
  const { doc, catalogue } = session;
  const calls = (doc.edges ?? []).filter((edge) => edge.from === id || edge.to === id);
  const others = doc.nodes.filter((node) => node.id !== id).map((node) => ({ id: node.id, why: refusal(doc, catalogue, id, node.id) }));
  const open = others.filter((other) => other.why === null);
  return (
    <section className="fl-section">
      <h3>Calls</h3>
      {calls.map((edge) => (
        <button key={edgeId(edge)} type="button" className="fl-row-link" onClick={() => session.view.select([edgeId(edge)])}>
          {edge.from === id ? <>→ {edge.to}</> : <>← {edge.from}</>}
        </button>
      ))}
      {open.length > 0 && (
        <select className="fl-input" aria-label={`Connect ${id} to`} value="" onChange={(event) => session.edit((before) => connect(before, id, event.target.value))}>
          <option value="">connect to …</option>
          {open.map((other) => <option key={other.id} value={other.id}>{other.id}</option>)}
        </select>
      )}
    </section>
  );
}
