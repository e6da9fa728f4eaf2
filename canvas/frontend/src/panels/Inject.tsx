import { useState } from "react";
import { offeredFaults, type FaultKind } from "../catalogue";
import { targetOf } from "../document/target";
import type { Fields, Json } from "../document/types";
import { NumberInput } from "../fields/NumberInput";
import { FieldRow, type FieldScope } from "../fields/FieldRow";
import { clock } from "../frames/words";
import { Sign } from "../glyphs";
import { useSession } from "../session/use";
import { grouped, type FaultGroup } from "./fault-groups";
import { scopeOf } from "./scope";
import { useRoving } from "./use-roving";

/** A time has no places to choose from and no problems of its own. */
const NO_SCOPE: FieldScope = { problems: [], azs: [], regions: [] };
/** With more entries than this there is a box to find one. */
const FEW = 6;

/** Ways to break a target. One click injects with the defaults at the playhead; the arrow opens what can be set first. */
export function Inject({ target: id, after }: { target: string; after?: () => void }) {
  const session = useSession();
  const target = targetOf(session.doc, session.catalogue, id);
  const [open, setOpen] = useState<string | null>(null);
  const [wanted, setWanted] = useState("");
  const roving = useRoving();
  if (!target) return null;
  const faults = offeredFaults(session.catalogue, target.type, target.kind);
  if (!faults.length) return <p className="quiet">No fault can hit {target.label}.</p>;
  const groups = grouped(faults, wanted);
  const row = (fault: FaultKind) => (
    <div key={fault.kind} className={`fl-inject-row${open === fault.kind ? " open" : ""}`}>
      <button type="button" className="fl-break" data-rove="" title={fault.library ? `${fault.kind}: ${fault.sentence}` : fault.sentence} onClick={() => (inject(session, fault, id, {}), after?.())}>
        <Sign name="bolt" size={13} /> <span>{fault.label}</span>
      </button>
      <button type="button" className="fl-icon" aria-expanded={open === fault.kind} aria-label={`Settings of ${fault.label}`} title="Set it first" onClick={() => setOpen(open === fault.kind ? null : fault.kind)}>
        <Sign name="down" size={13} />
      </button>
      {open === fault.kind && <InjectForm fault={fault} target={id} after={after} />}
    </div>
  );
  return (
    <div className="fl-inject" role="group" aria-label={`Break ${target.label}`} {...roving}>
      {faults.length > FEW && (
        <input className="fl-input fl-find" type="search" placeholder={`Find among ${faults.length} faults`} aria-label="Find a fault" value={wanted} data-rove="" onChange={(event) => setWanted(event.target.value)} />
      )}
      {groups.map((group) => <Group key={group.title} group={group} titled={groups.length > 1} row={row} />)}
      {!groups.length && <p className="quiet">No fault of {target.label} is called that.</p>}
    </div>
  );
}

function Group({ group, titled, row }: { group: FaultGroup; titled: boolean; row: (fault: FaultKind) => React.ReactNode }) {
  if (group.folded)
    return (
      <details className="fl-library">
        <summary data-rove="">
          {group.title} <span className="quiet">{group.faults.length}</span>
        </summary>
        {group.faults.map(row)}
      </details>
    );
  return (
    <section aria-label={group.title}>
      {titled && <h4>{group.title}</h4>}
      {group.faults.map(row)}
    </section>
  );
}

type Session = ReturnType<typeof useSession>;
interface Choices {
  at_s?: number;
  for_s?: number | null;
  params?: Fields;
}

const startOf = (session: Session): number => Math.round(Math.max(session.frames ? session.clock.playhead_s : 0, session.doc.warmup_s ?? 0) * 10) / 10;

function inject(session: Session, fault: FaultKind, target: string, { at_s, for_s, params = {} }: Choices): void {
  session.injectFault({ kind: fault.kind, target, at_s: at_s ?? startOf(session), for_s: for_s === undefined ? fault.default_for_s : for_s, params });
}

function InjectForm({ fault, target, after }: { fault: FaultKind; target: string; after?: () => void }) {
  const session = useSession();
  const [params, setParams] = useState<Fields>({});
  const [for_s, setFor] = useState<number | undefined>(undefined);
  const [at_s, setAt] = useState<number | undefined>(undefined);
  return (
    <div className="fl-subfields">
      <p className="quiet">{fault.sentence}</p>
      <Seconds label="Starts at" placeholder={startOf(session)} value={at_s} commit={setAt} />
      <Seconds label="Lasts" placeholder={fault.default_for_s} value={for_s} commit={setFor} />
      {fault.fields.map((field) => (
        <FieldRow key={field.name} field={field} value={params[field.name]} path="" scope={{ ...scopeOf(session), problems: [] }} commit={(value: Json | undefined) => setParams({ ...params, [field.name]: value })} />
      ))}
      <button type="button" className="fl-button danger" data-rove="" onClick={() => (inject(session, fault, target, { at_s, for_s, params }), after?.())}>
        <Sign name="bolt" size={13} /> Inject at {clock(at_s ?? startOf(session))}
      </button>
    </div>
  );
}

/** A time in seconds, not below zero. */
export function Seconds({ label, value, placeholder, commit }: { label: string; value: number | undefined; placeholder: number | null; commit: (value: number | undefined) => void }) {
  const id = `fl-seconds-${label.replace(/\W/g, "-")}`;
  return (
    <label className="fl-inline">
      <span>{label}</span>
      <NumberInput field={{ name: "s", label, type: "number", unit: "s", min: 0, default: placeholder }} value={value} path="" scope={NO_SCOPE} id={id} describedBy={id} commit={(v) => commit(v as number | undefined)} />
    </label>
  );
}
