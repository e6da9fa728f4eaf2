import { kindOf } from "../../catalogue";
import { addAz } from "../../document/edits";
import { placeOf, residence } from "../../document/placement";
import { Sign } from "../../glyphs";
import { useSession } from "../../session/use";
import { BreakIt, IdInput, Remove, Title } from "./parts";

/** A Region or an AZ: its name, what sits in it, and what can hit it as a whole. */
export function PlacePanel({ id, type }: { id: string; type: "region" | "az" }) {
  const session = useSession();
  const { doc, catalogue } = session;
  const inside = doc.nodes.flatMap((node) => {
    const kind = kindOf(catalogue, node.kind);
    const part = type === "az" ? residence(doc, node, kind).get(id) : placeOf(doc, node, kind)?.region === id ? "" : undefined;
    return part === undefined ? [] : [{ node, part }];
  });
  const region = doc.regions?.find((entry) => entry.id === id);
  return (
    <>
      <Title glyph={type} kind={type === "region" ? "Region" : "Availability Zone"}><IdInput id={id} label="Id" /></Title>
      <BreakIt target={id} open />
      {region && (
        <section className="fl-section">
          <h3>AZs</h3>
          {region.azs.map((az) => <button key={az} type="button" className="fl-row-link" onClick={() => session.view.select([az])}>{az}</button>)}
          <button type="button" className="fl-button" onClick={() => session.edit((before) => addAz(before, id).doc)}><Sign name="plus" size={13} /> Add an AZ</button>
        </section>
      )}
      <section className="fl-section">
        <h3>{inside.length ? "Sits here" : "Nothing sits here yet"}</h3>
        {inside.map(({ node, part }) => (
          <button key={node.id} type="button" className="fl-row-link" onClick={() => session.view.select([node.id])}>{node.id}{part && <small> {part}</small>}</button>
        ))}
      </section>
      <Remove label={type === "region" ? "Delete the Region and all in it" : "Delete the AZ"} />
    </>
  );
}
