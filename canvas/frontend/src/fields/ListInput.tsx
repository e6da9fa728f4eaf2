import { entriesOf, listProblem, withEntry, type Entry } from "../document/lists";
import { withField } from "../document/oneof";
import { Sign } from "../glyphs";
import type { InputProps } from "./FieldInput";
import { FieldRow } from "./FieldRow";

/** A list of entries with the same fields, such as the classes of requests. */
export function ListInput({ field, value, path, scope, commit, id, describedBy }: InputProps) {
  const fields = field.fields ?? [];
  const entries = entriesOf(value, field.default);
  const set = (next: Entry[]): void => commit(next.length ? next : undefined);
  const problem = listProblem(fields, entries);
  return (
    <div className="fl-list" role="group" id={id} aria-describedby={describedBy} aria-label={field.label}>
      {entries.map((entry, i) => (
        <div key={i} className="fl-entry">
          {fields.map((sub) => (
            <FieldRow key={sub.name} field={sub} value={entry[sub.name]} path={`${path}.${i}.${sub.name}`} scope={scope}
              commit={(to) => to !== undefined && set(entries.map((other, k) => (k === i ? withField(entry, sub.name, to) : other)))} />
          ))}
          <button type="button" className="fl-icon" aria-label={`Remove ${String(entry[fields[0]?.name] ?? `entry ${i + 1}`)}`} title="Remove" onClick={() => set(entries.filter((_, k) => k !== i))}>
            <Sign name="close" size={13} />
          </button>
        </div>
      ))}
      {problem && <p className="fl-wrong" role="alert">{problem}</p>}
      <button type="button" className="fl-link" disabled={entries.length >= (field.most ?? Infinity)} onClick={() => set(withEntry(fields, entries))}>+ add</button>
    </div>
  );
}
