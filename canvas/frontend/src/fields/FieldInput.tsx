import { choiceValue } from "../document/oneof";
import type { Json } from "../document/types";
import type { FieldProps } from "./FieldRow";
import { GroupInput } from "./GroupInput";
import { ListInput } from "./ListInput";
import { NumberInput } from "./NumberInput";
import { NumbersInput, WordsInput } from "./LineInputs";
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
      return <Places {...props} places={props.scope.azs} />;
    case "any_azs":
      return <Places {...props} places={props.scope.anyAzs ?? []} />;
    case "regions":
      return <Places {...props} places={props.scope.regions} />;
    case "oneof":
      return <OneOfInput {...props} />;
    case "group":
      return <GroupInput {...props} />;
    case "list":
      return <ListInput {...props} />;
    case "numbers":
      return <NumbersInput {...props} />;
    case "words":
      return <WordsInput {...props} />;
    case "node":
      return <Choice {...props} options={nodesFor(props)} />;
    case "pairs":
      return <PairsInput {...props} />;
    default:
      return <TextInput {...props} />;
  }
}

/** Nodes that behave as the field wants; all of them where it does not say. */
const nodesFor = ({ field, scope }: InputProps): { value: string; label: string }[] =>
  (scope.nodes ?? []).filter((node) => !field.of || node.behaviour === field.of).map(({ id }) => ({ value: id, label: id }));

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
  const unsetLabel = options.find((option) => option.value === unset)?.label ?? (unset || (field.type === "node" ? "none" : "automatic"));
  const known = value === undefined || options.some((option) => option.value === value);
  return (
    <select id={id} className="fl-input" value={(value as string) ?? ""} aria-describedby={describedBy} onChange={(event) => commit(event.target.value || undefined)}>
      <option value="">{unset ? `${unsetLabel} (default)` : unsetLabel}</option>
      {!known && <option value={value as string}>{String(value)}</option>}
      {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  );
}

/** AZs or Regions as boxes. The last one of `azs` cannot be taken out, because an instance sits somewhere. */
function Places({ field, value, commit, id, describedBy, places }: InputProps & { places: string[] }) {
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  const toggle = (az: string): void => {
    const next = places.filter((entry) => (entry === az ? !chosen.includes(az) : chosen.includes(entry)));
    if (next.length) commit(next as Json);
    else if (field.name !== "azs") commit(undefined);
  };
  return (
    <div className="fl-checks" role="group" id={id} aria-describedby={describedBy}>
      {places.map((az) => (
        <label key={az}>
          <input type="checkbox" checked={chosen.includes(az)} disabled={field.name === "azs" && chosen.length === 1 && chosen[0] === az} onChange={() => toggle(az)} /> {az}
        </label>
      ))}
      {!places.length && <p className="quiet">There is no place to choose from.</p>}
    </div>
  );
}
