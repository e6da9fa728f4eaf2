import type { InputProps } from "./FieldInput";
import { useDraft } from "./use-draft";

export function TextInput({ field, value, commit, id, describedBy }: InputProps) {
  const { bind } = useDraft(typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value), (text) => {
    commit(text.trim() || undefined);
    return null;
  });
  return <input id={id} className="fl-input" type="text" placeholder={field.default != null ? String(field.default) : ""} aria-describedby={describedBy} {...bind} />;
}
