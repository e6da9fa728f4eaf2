import { Sign } from "../../glyphs";
import { useSession } from "../../session/use";
import { copySelected, pasteCopied } from "../commands";
import { Remove } from "./parts";

export function ManyPanel({ ids }: { ids: string[] }) {
  const session = useSession();
  return (
    <>
      <h2 className="fl-name">{ids.length} selected</h2>
      {ids.map((id) => <button key={id} type="button" className="fl-row-link" onClick={() => session.view.select([id])}>{id.replace("->", " → ")}</button>)}
      <button type="button" className="fl-button" onClick={() => (copySelected(session), pasteCopied(session))}><Sign name="copy" size={14} /> Duplicate</button>
      <Remove label={`Delete ${ids.length} things`} />
    </>
  );
}
