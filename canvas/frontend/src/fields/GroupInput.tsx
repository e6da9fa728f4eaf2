import type { Field } from "../catalogue";
import { fieldStart, isRequired, withField } from "../document/oneof";
import type { Json } from "../document/types";
import type { InputProps } from "./FieldInput";
import { FieldRow } from "./FieldRow";

/** Fields that belong together, such as a circuit breaker. An optional group is switched on with its defaults. */
export function GroupInput({ field, value, path, scope, commit, id, describedBy }: InputProps) {
  const record = (value ?? {}) as { [key: string]: Json };
  const optional = field.nullable !== false;
  const on = value !== undefined && value !== null;
  const kept = (next: { [key: string]: Json }): Json | undefined => (optional || Object.keys(next).length ? next : undefined);
  return (
    <div className="fl-group">
      {optional && (
        <button type="button" id={id} className="fl-switch" role="switch" aria-checked={on} aria-describedby={describedBy} onClick={() => commit(on ? undefined : startOf(field))}>
          <i /> <span>{on ? "on" : "off"}</span>
        </button>
      )}
      {(on || !optional) && (
        <div className="fl-subfields">
          {(field.fields ?? []).map((sub) => (
            <FieldRow key={sub.name} field={sub} value={record[sub.name]} path={`${path}.${sub.name}`} scope={scope} commit={(to) => commit(kept(withField(value, sub.name, to)))} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Only what has no default must be written. */
const startOf = (field: Field): Json => Object.fromEntries((field.fields ?? []).filter(isRequired).map((sub) => [sub.name, fieldStart(sub)]));
