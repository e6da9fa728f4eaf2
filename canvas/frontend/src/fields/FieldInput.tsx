import { choiceValue } from "../document/oneof";
import type { Json } from "../document/types";
import type { FieldProps } from "./FieldRow";
import { GroupInput } from "./GroupInput";
import { NumberInput } from "./NumberInput";
import { OneOfInput } from "./OneOfInput";
import { PairsInput } from "./PairsInput";
import { TextInput } from "./TextInput";

export type InputProps = FieldProps & { id: string; describedBy: string };

/** One editor per field type. A type this canvas does not know is edited as text. */
export function FieldInput(props: InputProps) {
  switch (props.field.type as string) {
    case "number":
    case "integer":
      return <NumberInput {...props} />;
    case "boolean":
      return <Switch {...props} />;
    case "choice":
      return <Choice {...props} options={(props.field.choices ?? []).map((choice) => (typeof choice === "string" ? { value: choice, label: choice.replaceAll("_", " ") } : choice))} />;
    case "region":
      return <Choice {...props} options={props.scope.regions.map((value) => ({ value, label: value }))} />;
    case "az":
      return <Choice {...props} options={props.scope.azs.map((value) => ({ value, label: value }))} />;
    case "azs":
      return <Azs {...props} />;
    case "oneof":
      return <OneOfInput {...props} />;
    case "group":
      return <GroupInput {...props} />;
    case "pairs":
      return <PairsInput {...props} />;
    default:
      return <TextInput {...props} />;
  }
}

function Switch({ field, value, commit, id, describedBy }: InputProps) {
  const on = value === undefined ? field.default === true : value === true;
  return (
    <button type="button" id={id} className="fl-switch" role="switch" aria-checked={on} aria-describedby={describedBy} onClick={() => commit(!on)}>
      <i /> <span>{on ? "yes" : "no"}{value === undefined ? " (default)" : ""}</span>
    </button>
  );
}

function Choice({ field, value, commit, id, describedBy, options }: InputProps & { options: { value: string; label: string }[] }) {
  const unset = field.default != null ? choiceValue(field.default as string) : "";
  const unsetLabel = options.find((option) => option.value === unset)?.label ?? (unset || "automatic");
  const known = value === undefined || options.some((option) => option.value === value);
  return (
    <select id={id} className="fl-input" value={(value as string) ?? ""} aria-describedby={describedBy} onChange={(event) => commit(event.target.value || undefined)}>
      <option value="">{unset ? `${unsetLabel} (default)` : unsetLabel}</option>
      {!known && <option value={value as string}>{String(value)}</option>}
      {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  );
}

/** AZs of the node's Region as boxes; the last one cannot be taken out, because an instance sits somewhere. */
function Azs({ value, commit, scope, id, describedBy }: InputProps) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  const toggle = (az: string): void => {
    const next = scope.azs.filter((entry) => (entry === az ? !chosen.includes(az) : chosen.includes(entry)));
    if (next.length) commit(next as Json);
  };
  return (
    <div className="fl-checks" role="group" id={id} aria-describedby={describedBy}>
      {scope.azs.map((az) => (
        <label key={az}>
          <input type="checkbox" checked={chosen.includes(az)} disabled={chosen.length === 1 && chosen[0] === az} onChange={() => toggle(az)} /> {az}
        </label>
      ))}
      {!scope.azs.length && <p className="quiet">There is no AZ to choose from.</p>}
    </div>
  );
}
