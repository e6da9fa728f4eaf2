import type { Field } from "../catalogue";
import { withField } from "../document/oneof";
import type { Json } from "../document/types";
import type { InputProps } from "./FieldInput";
import { FieldRow } from "./FieldRow";

/** Fields that belong together, such as a circuit breaker. An optional group is switched on with its defaults. */
export function GroupInput({ field, value, path, scope, commit, id, describedBy }: InputProps) {
  const record = (value ?? {}) as { [key: string]: Json };
  const optional = field.nullable !== false;
  const on = value !== undefined && value !== null;
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
            <FieldRow key={sub.name} field={sub} value={record[sub.name]} path={`${path}.${sub.name}`} scope={scope} commit={(to) => commit(withField(value, sub.name, to))} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Only what has no default must be written. */
function startOf(field: Field): Json {
  const needed = (field.fields ?? []).filter((sub) => sub.default === undefined && !sub.nullable);
  return Object.fromEntries(needed.map((sub) => [sub.name, Math.max(1, sub.min ?? 1)]));
}
