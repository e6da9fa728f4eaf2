import { useState } from "react";
import { idProblem } from "../../document/ids";
import { rename } from "../../document/rename";
import { Glyph, Sign } from "../../glyphs";
import { useDraft } from "../../fields/use-draft";
import { useSession } from "../../session/use";
import { Inject } from "../Inject";
import { removeSelected } from "../commands";

export function Title({ glyph, kind, children }: { glyph: string; kind: string; children?: React.ReactNode }) {
  return (
    <div className="fl-title">
      <span className="fl-title-glyph"><Glyph name={glyph} size={18} /></span>
      <div>{children}<small>{kind}</small></div>
    </div>
  );
}

/** The id of a node, Region or AZ. Every reference follows a new one. */
export function IdInput({ id, label }: { id: string; label: string }) {
  const session = useSession();
  const { bind, problem } = useDraft(id, (text) => {
    const to = text.trim();
    const why = idProblem(session.doc, id, to);
    if (why) return why;
    const selected = [...session.view.selected].map((entry) => (entry === id ? to : entry));
    session.view.selected = new Set([...selected, id]);
    session.edit((doc) => rename(doc, id, to));
    session.view.select(selected);
    return null;
  });
  return (
    <div className="fl-field">
      <input className="fl-input fl-id" aria-label={label} spellCheck={false} {...bind} />
      {problem && <p className="fl-wrong" role="alert">{problem}</p>}
    </div>
  );
}

/** Faults for this target, folded away until wanted unless `open`. */
export function BreakIt({ target, open = false }: { target: string; open?: boolean }) {
  const [shown, setShown] = useState(open);
  return (
    <section className="fl-section">
      <button type="button" className="fl-section-head" aria-expanded={shown} onClick={() => setShown(!shown)}>
        <Sign name="down" size={13} /> Break it
      </button>
      {shown && <Inject target={target} />}
    </section>
  );
}

export function Remove({ label }: { label: string }) {
  const session = useSession();
  return (
    <button type="button" className="fl-button quiet-danger" onClick={() => removeSelected(session)}>
      <Sign name="trash" size={14} /> {label}
    </button>
  );
}
