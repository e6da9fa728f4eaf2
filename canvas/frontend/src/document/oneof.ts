import type { Field, Option } from "../catalogue";
import type { Fields, Json } from "./types";

/**
 * A oneof value is `{key: …, …}` whose first field is named like the key, a bare value for an option with `scalar`,
 * or the bare key for an option with neither: `{exponential: 0.024}`, `400`, `none`.
 */
const isRecord = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fitsScalar = (value: Json, field: Field): boolean => {
  if (field.type === "number" || field.type === "integer") return typeof value === "number";
  if (field.type === "boolean") return typeof value === "boolean";
  return typeof value === "string";
};

/** Which option a value is written as; undefined for an unset or foreign value. */
export function optionOf(options: Option[], value: Json | undefined): Option | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) {
    const tagged = options.find((option) => option.fields?.length && option.key in value);
    if (tagged) return tagged;
    // health_check has an option whose key is a word of its own (“probes”), not its first field: take the one whose fields cover it.
    return options.find((option) => option.fields && Object.keys(value).every((name) => option.fields!.some((f) => f.name === name)));
  }
  const bare = options.find((option) => !option.fields?.length && !option.scalar && option.key === value);
  return bare ?? options.find((option) => option.scalar && fitsScalar(value, option.scalar));
}

/** The value that choosing an option writes: its fields at their defaults where they have one, else the least allowed. */
export function freshValue(option: Option): Json {
  if (option.scalar) return fieldStart(option.scalar);
  if (!option.fields?.length) return option.key;
  const value: { [key: string]: Json } = {};
  option.fields.forEach((field, i) => {
    if (i === 0 || isRequired(field)) value[field.name] = fieldStart(field);
  });
  return value;
}

/** A field without a default that may not be left out. */
export const isRequired = (field: Field): boolean => !field.nullable && (field.default === undefined || field.default === null);

/** What a field starts with when it has to be written. */
export function fieldStart(field: Field): Json {
  if (field.start !== undefined) return field.start;
  if (field.default !== undefined && field.default !== null) return field.default;
  if (field.type === "choice") return choiceValue(field.choices?.[0] ?? "");
  if (field.type === "boolean") return false;
  if (field.type === "text") return "";
  const least = typeof field.exclusive_min === "number" ? field.exclusive_min : field.min;
  return Math.max(1, Math.ceil((least ?? 0) + (field.exclusive_min ? 1e-9 : 0)));
}

export const choiceValue = (choice: string | { value: string; label: string }): string =>
  typeof choice === "string" ? choice : choice.value;

/** Sets one field of a record value; undefined takes it out again. */
export function withField(value: Json | undefined, name: string, to: Json | undefined): { [key: string]: Json } {
  const out: Fields = { ...(isRecord(value) ? value : {}) };
  if (to === undefined) delete out[name];
  else out[name] = to;
  return out as { [key: string]: Json };
}

/** The value with another scale: a number itself, or the first number of a one-of value in the way it is written now. */
export function withScale(field: Field, value: Json | undefined, scale: number): Json {
  const now = value ?? field.default;
  if (field.type !== "oneof" || !isRecord(now)) return field.options ? freshScale(field.options, scale) : scale;
  const option = optionOf(field.options ?? [], now);
  return option ? { ...now, [option.key]: scale } : scale;
}

/** Without a value yet: the first way of writing one that begins with a number. */
function freshScale(options: Option[], scale: number): Json {
  const option = options.find((entry) => entry.fields?.[0]?.type === "number");
  return option ? { [option.key]: scale } : scale;
}
