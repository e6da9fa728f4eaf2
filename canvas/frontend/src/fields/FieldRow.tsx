import { useId, useState } from "react";
import type { Field } from "../catalogue";
import { problemsAt } from "../document/problems";
import type { Json } from "../document/types";
import type { Problem } from "../protocol";
import { boundsText } from "./bounds";
import { withScale } from "../document/oneof";
import { FieldInput } from "./FieldInput";

/** What a field editor needs to know about the rest of the document. */
export interface FieldScope {
  problems: Problem[];
  azs: string[];
  regions: string[];
  /** Of every Region. */
  anyAzs?: string[];
  nodes?: { id: string; behaviour: string }[];
}
export interface FieldProps {
  field: Field;
  value: Json | undefined;
  path: string;
  scope: FieldScope;
  commit: (value: Json | undefined) => void;
}

/** A labelled editor with its unit, what it means, where its default comes from, and what is wrong with it. */
export function FieldRow(props: FieldProps) {
  const { field, value, path, scope, commit } = props;
  const id = useId();
  const [open, setOpen] = useState(false);
  const problems = problemsAt(scope.problems, path);
  const source = field.source ? `${field.confidence === "assumption" ? "assumption" : "source"}: ${field.source}` : "";
  const nested = field.type === "oneof" || field.type === "group" || field.type === "list";
  return (
    <div className={`fl-field${problems.length ? " wrong" : ""}${nested ? " nested" : ""}${value === undefined ? " unset" : ""}`}>
      <div className="fl-label">
        <label htmlFor={id} title={field.help ?? undefined}>{field.label}</label>
        {value !== undefined && field.default !== undefined && (
          <button type="button" className="fl-link" onClick={() => commit(undefined)} title={`Back to the default${defaultText(field)}`} aria-label={`Reset ${field.label} to its default`}>
            reset
          </button>
        )}
        {field.confidence === "assumption" && value === undefined && (
          <button type="button" className="fl-link fl-assumed" onClick={() => setOpen(!open)} title={source} aria-label={`The default of ${field.label} is an assumption`}>assumption</button>
        )}
        {(field.help || source) && (
          <button type="button" className="fl-info" aria-expanded={open} aria-label={`About ${field.label}`} onClick={() => setOpen(!open)}>i</button>
        )}
      </div>
      <FieldInput {...props} id={id} describedBy={`${id}-help`} />
      <div id={`${id}-help`} className={open ? "fl-help" : "fl-hidden"}>
        {field.help && <p>{field.help}</p>}
        {boundsText(field) && <p className="quiet">{boundsText(field)}</p>}
        {source && <p className={`fl-source ${field.confidence ?? ""}`}>{source}</p>}
        {field.likely && <Likely {...props} ends={field.likely} />}
      </div>
      {problems.map((message) => <p key={message} className="fl-wrong" role="alert">{message}</p>)}
    </div>
  );
}

/** The range an assumed value may well lie in, each end to be tried with a click. */
function Likely({ field, value, commit, ends }: FieldProps & { ends: [number, number] }) {
  const unit = field.unit ? ` ${field.unit}` : "";
  return (
    <p className="fl-likely">
      likely{" "}
      {ends.map((end, i) => (
        <span key={end}>{i > 0 && " to "}<button type="button" className="fl-link" onClick={() => commit(withScale(field, value, end))} title={`Try ${end}${unit}`}>{end.toLocaleString("en")}{unit}</button></span>
      ))}
    </p>
  );
}

function defaultText(field: Field): string {
  const value = field.default;
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.length ? `: ${value.join(", ")}` : ": none";
  return `: ${typeof value === "object" ? JSON.stringify(value).replace(/["{}]/g, "").replace(":", " ") : value}${field.unit ? ` ${field.unit}` : ""}`;
}
