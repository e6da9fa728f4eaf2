import { useState } from "react";
import type { Kind } from "../../catalogue";
import { Sign } from "../../glyphs";

/** What losing an AZ, a Region or a control plane does to this kind, its limits, and what of it is not simulated. */
export function Losses({ kind }: { kind: Kind }) {
  const [open, setOpen] = useState(false);
  if (!kind.losses?.length) return null;
  return (
    <section className="fl-section">
      <button type="button" className="fl-section-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Sign name="down" size={13} /> When things fail
      </button>
      {open && (
        <dl className="fl-losses">
          {kind.losses.map(([which, text]) => [<dt key={which}>{which}</dt>, <dd key={text}>{text}</dd>])}
          {!!kind.limits?.length && <dt>Limits</dt>}
          {kind.limits?.map((limit) => (
            <dd key={limit.what}>{limit.what}: {limit.answer}. {limit.here ? `Here: ${limit.here}.` : "Not simulated."} {limit.source ? `(${limit.source})` : "(assumption)"}</dd>
          ))}
          {kind.left_out && [<dt key="left">Left out</dt>, <dd key="text">{kind.left_out}</dd>]}
        </dl>
      )}
    </section>
  );
}
