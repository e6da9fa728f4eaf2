import { readNumber } from "./bounds";
import type { InputProps } from "./FieldInput";
import { useDraft } from "./use-draft";

/** A number with its unit; empty means the default, which stands there in grey. */
export function NumberInput({ field, value, commit, id, describedBy }: InputProps) {
  const shown = typeof value === "number" ? String(value) : "";
  const { bind, problem } = useDraft(shown, (text) => {
    if (!text.trim()) return commit(undefined), null;
    const read = readNumber(field, text);
    if ("problem" in read) return read.problem;
    commit(read.value);
    return null;
  });
  const unset = field.default != null ? String(field.default) : field.nullable ? "none" : "";
  return (
    <>
      <div className="fl-with-unit">
        <input id={id} className="fl-input" type="text" inputMode="decimal" placeholder={unset} aria-invalid={problem !== null} aria-describedby={describedBy} {...bind} />
        {field.unit && <span className="fl-unit">{field.unit}</span>}
      </div>
      {problem && <p className="fl-wrong" role="alert">{problem}</p>}
    </>
  );
}
