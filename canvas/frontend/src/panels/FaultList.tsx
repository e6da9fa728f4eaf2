import type { Fault } from "../document/types";
import { Sign } from "../glyphs";
import { useSession } from "../session/use";
import { FieldRow } from "../fields/FieldRow";
import { Seconds } from "./Inject";
import { scopeOf } from "./scope";

/** All faults of the document: when, how long, and away with them. */
export function FaultList() {
  const session = useSession();
  const faults = [...session.faults].sort((a, b) => a.at_s - b.at_s);
  if (!faults.length)
    return <p className="fl-story">Nothing breaks yet. Select an AZ, a card, an instance or a line, and choose how it fails.</p>;
  return (
    <>
      {faults.map((fault, i) => <FaultItem key={fault.id ?? i} fault={fault} />)}
      <button type="button" className="fl-button quiet-danger" onClick={() => session.clearFaults()}><Sign name="trash" size={14} /> Clear all</button>
    </>
  );
}

function FaultItem({ fault }: { fault: Fault }) {
  const session = useSession();
  const kind = session.catalogue.faults.find((entry) => entry.kind === fault.kind);
  const id = fault.id ?? ""; // Python names every fault
  const between = Array.isArray(fault.between) ? fault.between.join(" ↔ ") : "";
  return (
    <section className="fl-fault" aria-label={`${kind?.label ?? fault.kind} on ${fault.target ?? between}`}>
      <header>
        <Sign name="bolt" size={13} />
        <b>{kind?.label ?? fault.kind}</b>
        <button type="button" className="fl-icon" aria-label={`Remove ${kind?.label ?? fault.kind}`} title="Remove" onClick={() => session.removeFault(id)}><Sign name="close" size={13} /></button>
      </header>
      <button type="button" className="fl-row-link" onClick={() => fault.target && session.view.select([fault.target.replace(/\[\d+\]$/, "")])}>{(fault.target ?? between).replace("->", " → ")}</button>
      <div className="fl-two">
        <Seconds label="at" value={fault.at_s} placeholder={0} commit={(at_s) => session.editFault(id, { at_s: at_s ?? 0 })} />
        <Seconds label="for" value={fault.for_s as number | undefined} placeholder={kind?.default_for_s ?? null} commit={(for_s) => session.editFault(id, { for_s: for_s ?? null })} />
      </div>
      {kind?.fields.map((field) => (
        <FieldRow key={field.name} field={field} value={fault[field.name]} path={`faults.${id}.${field.name}`} scope={{ ...scopeOf(session), problems: [] }} commit={(value) => session.editFault(id, { params: { [field.name]: value ?? field.default } })} />
      ))}
    </section>
  );
}
