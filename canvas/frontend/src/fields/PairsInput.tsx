import type { Json } from "../document/types";
import type { InputProps } from "./FieldInput";
import { useDraft } from "./use-draft";

/** A list of pairs, one a line: `60 800`. */
export function PairsInput({ field, value, commit, id, describedBy }: InputProps) {
  const pairs = (Array.isArray(value) ? value : (field.default as Json[] | undefined) ?? []) as number[][];
  const { bind, problem } = useDraft(pairs.map((pair) => pair.join(" ")).join("\n"), (text) => {
    const read = readPairs(text);
    if (typeof read === "string") return read;
    commit(read);
    return null;
  });
  return (
    <>
      <textarea id={id} className="fl-input" rows={Math.min(8, Math.max(3, pairs.length + 1))} aria-describedby={describedBy} aria-invalid={problem !== null} {...bind} />
      <p className="quiet">One pair a line, e.g. “60 800”. Shift+Enter starts a line.</p>
      {problem && <p className="fl-wrong" role="alert">{problem}</p>}
    </>
  );
}

export function readPairs(text: string): number[][] | string {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const pairs = lines.map((line) => line.split(/[\s,;]+/).map(Number));
  const bad = pairs.findIndex((pair) => pair.length !== 2 || pair.some((n) => !Number.isFinite(n)));
  return bad < 0 ? pairs : `Line ${bad + 1}, “${lines[bad]}”: two numbers are needed.`;
}
