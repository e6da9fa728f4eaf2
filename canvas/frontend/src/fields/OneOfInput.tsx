import type { Option } from "../catalogue";
import { freshValue, optionOf, withField } from "../document/oneof";
import type { Json } from "../document/types";
import type { InputProps } from "./FieldInput";
import { FieldInput } from "./FieldInput";
import { FieldRow } from "./FieldRow";

/** A choice of ways to write a value, and the fields of the chosen one. */
export function OneOfInput(props: InputProps) {
  const { field, value, commit, id, describedBy } = props;
  const options = field.options ?? [];
  const chosen = optionOf(options, value);
  const standard = optionOf(options, field.default);
  const choose = (key: string): void => {
    const option = options.find((entry) => entry.key === key);
    commit(option ? freshValue(option) : undefined);
  };
  return (
    <div className="fl-oneof">
      <select id={id} className="fl-input" value={chosen?.key ?? ""} aria-describedby={describedBy} onChange={(event) => choose(event.target.value)}>
        <option value="">{standard ? `default: ${defaultLine(standard, field.default, field.unit)}` : "not set"}</option>
        {options.map((option) => <option key={option.key} value={option.key}>{option.label}</option>)}
      </select>
      {chosen && <OptionFields {...props} option={chosen} />}
    </div>
  );
}

function OptionFields({ option, value, path, scope, commit, id, describedBy, field }: InputProps & { option: Option }) {
  if (option.scalar) {
    const scalar = { ...option.scalar, unit: option.scalar.unit ?? field.unit, label: option.label };
    return <FieldInput field={scalar} value={value} path={path} scope={scope} commit={commit} id={`${id}-value`} describedBy={describedBy} />;
  }
  if (!option.fields?.length) return null;
  const record = (value ?? {}) as { [key: string]: Json };
  return (
    <div className="fl-subfields">
      {option.fields.map((sub) => (
        <FieldRow key={sub.name} field={sub} value={record[sub.name]} path={`${path}.${sub.name}`} scope={scope} commit={(to) => commit(withField(value, sub.name, keepKey(option, sub.name, to)))} />
      ))}
    </div>
  );
}

/** The field that says which option it is cannot be emptied: it falls back to what a fresh value has there. */
function keepKey(option: Option, name: string, to: Json | undefined): Json | undefined {
  if (to !== undefined || name !== option.key) return to;
  return (freshValue(option) as { [key: string]: Json })[name];
}

function defaultLine(option: Option, value: Json | undefined, unit?: string | null): string {
  if (typeof value === "number") return `${value} ${unit ?? ""}`.trim();
  const record = value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  const first = record?.[option.key];
  return `${option.label.toLowerCase()}${typeof first === "number" ? ` ${first} ${option.fields?.[0]?.unit ?? unit ?? ""}` : ""}`.trim();
}
