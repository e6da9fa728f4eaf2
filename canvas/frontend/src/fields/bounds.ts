import type { Field } from "../catalogue";

/** Bounds in words, and why a number a person typed cannot be taken. */
export function boundsText(field: Field): string {
  const low = lowest(field);
  const unit = field.unit ? ` ${field.unit}` : "";
  if (low !== null && field.max != null) return `${low.text}${low.open ? ", at most" : " to"} ${field.max}${unit}`;
  if (low !== null) return low.open ? `${low.text}${unit}` : `${low.text}${unit} or more`;
  return field.max != null ? `at most ${field.max}${unit}` : "";
}

function lowest(field: Field): { value: number; open: boolean; text: string } | null {
  if (typeof field.exclusive_min === "number") return { value: field.exclusive_min, open: true, text: `more than ${field.exclusive_min}` };
  if (field.min == null) return null;
  const open = field.exclusive_min === true;
  return { value: field.min, open, text: open ? `more than ${field.min}` : `${field.min}` };
}

/** The number a text stands for, or what would be right instead. A comma is taken for a decimal point. */
export function readNumber(field: Field, text: string): { value: number } | { problem: string } {
  const value = Number(text.trim().replace(",", "."));
  if (!text.trim() || !Number.isFinite(value)) return { problem: `“${text}” is not a number.` };
  if (field.type === "integer" && !Number.isInteger(value)) return { problem: "A whole number is needed." };
  const low = lowest(field);
  const tooLow = low !== null && (low.open ? value <= low.value : value < low.value);
  if (tooLow || (field.max != null && value > field.max)) return { problem: `${value} is out of bounds: ${boundsText(field)}.` };
  return { value };
}
