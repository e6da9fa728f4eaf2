import { readWords } from "../document/lists";
import { readNumber } from "./bounds";
import type { Field } from "../catalogue";
import type { Json } from "../document/types";
import type { InputProps } from "./FieldInput";
import { useDraft } from "./use-draft";

/** Numbers with commas between: “100, 400”. */
export function NumbersInput(props: InputProps) {
  return <LineInput {...props} read={(text) => readNumbers(props.field, text)} hint={props.field.count ? `${props.field.count} numbers with a comma between.` : "Numbers with commas between."} />;
}

/** Words with commas between: “read, write”. */
export function WordsInput(props: InputProps) {
  return <LineInput {...props} read={(text) => sized(props.field, readWords(text))} hint="Names with commas between." />;
}

function LineInput({ field, value, commit, id, describedBy, read, hint }: InputProps & { read: (text: string) => Json[] | string; hint: string }) {
  const shown = Array.isArray(value) ? value.join(", ") : "";
  const { bind, problem } = useDraft(shown, (text) => {
    if (!text.trim()) return commit(undefined), null;
    const found = read(text);
    if (typeof found === "string") return found;
    commit(found);
    return null;
  });
  const unset = Array.isArray(field.default) ? field.default.join(", ") : field.nullable ? "none" : "";
  return (
    <>
      <div className="fl-with-unit">
        <input id={id} className="fl-input" type="text" placeholder={unset} aria-invalid={problem !== null} aria-describedby={describedBy} title={hint} {...bind} />
        {field.unit && <span className="fl-unit">{field.unit}</span>}
      </div>
      {problem && <p className="fl-wrong" role="alert">{problem}</p>}
    </>
  );
}

/** The numbers of a text, each within the field's bounds; else what is wrong. */
export function readNumbers(field: Field, text: string): number[] | string {
  const out: number[] = [];
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const found = readNumber({ ...field, type: "number" }, word);
    if ("problem" in found) return found.problem;
    out.push(found.value);
  }
  return sized(field, out);
}

function sized<T extends Json>(field: Field, found: T[]): T[] | string {
  if (field.count !== undefined && found.length !== field.count) return `${field.count} are needed, not ${found.length}.`;
  if (field.least !== undefined && found.length < field.least) return `At least ${field.least} ${field.least === 1 ? "is" : "are"} needed.`;
  if (field.most !== undefined && found.length > field.most) return `At most ${field.most} can be given, not ${found.length}.`;
  return found;
}
