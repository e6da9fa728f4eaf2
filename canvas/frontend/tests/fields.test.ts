import { describe, expect, test } from "vitest";
import { byCategory, isFound, offeredFaults, type Field, type Option } from "../src/catalogue";
import { freshValue, optionOf, withField, withScale } from "../src/document/oneof";
import { listProblem, readWords, withEntry } from "../src/document/lists";
import { problemsAt } from "../src/document/problems";
import { boundsText, readNumber } from "../src/fields/bounds";
import { readNumbers } from "../src/fields/LineInputs";
import { readPairs } from "../src/fields/PairsInput";
import { designLine } from "../src/flow/design-line";
import { grouped } from "../src/panels/fault-groups";
import { catalogue } from "./fixtures";

const field = (name: string, more: Partial<Field> = {}): Field => ({ name, label: name, type: "number", ...more });
const OPTIONS: Option[] = [
  { key: "number", label: "Steady", scalar: field("value", { min: 0, default: 100 }) },
  { key: "spike", label: "Spike", fields: [field("spike", { default: 100 }), field("to", { start: 300 }), field("for_s", { default: 30 })] },
  { key: "even", label: "Even" },
];

describe("oneof values", () => {
  test("are recognised by their key, as a bare value, or as a bare word", () => {
    expect(optionOf(OPTIONS, 400)?.key).toBe("number");
    expect(optionOf(OPTIONS, { spike: 100, to: 200 })?.key).toBe("spike");
    expect(optionOf(OPTIONS, "even")?.key).toBe("even");
    expect(optionOf(OPTIONS, undefined)).toBeUndefined();
  });

  test("whose option has no key of its own are recognised by their fields", () => {
    const options: Option[] = [{ key: "none", label: "None" }, { key: "probes", label: "Probes", fields: [field("interval_s"), field("timeout_s")] }];
    expect(optionOf(options, { timeout_s: 5 })?.key).toBe("probes");
    expect(optionOf(options, "none")?.key).toBe("none");
  });

  test("start with what must be written and nothing else", () => {
    expect(OPTIONS.map(freshValue)).toEqual([100, { spike: 100, to: 300 }, "even"]);
  });

  test("take a new scale in the way they are written, or in the first way there is", () => {
    const service = field("service", { type: "oneof", default: { to: 1 }, options: [{ key: "spike", label: "", fields: [field("spike"), field("to")] }] });
    expect(withScale(service, { spike: 1, to: 2 }, 9)).toEqual({ spike: 9, to: 2 });
    expect(withScale({ ...service, default: undefined }, undefined, 9)).toEqual({ spike: 9 });
    expect(withScale(field("plain"), undefined, 9)).toBe(9);
  });

  test("lose a field that is reset", () => {
    expect(withField({ spike: 1, to: 2 }, "to", undefined)).toEqual({ spike: 1 });
    expect(withField(undefined, "to", 3)).toEqual({ to: 3 });
  });
});

describe("numbers", () => {
  test("outside their bounds are answered with the bounds", () => {
    expect(readNumber(field("n", { type: "integer", min: 1, max: 10 }), "12")).toEqual({ problem: "12 is out of bounds: 1 to 10." });
    expect(readNumber(field("n", { min: 0, exclusive_min: true }), "0")).toEqual({ problem: "0 is out of bounds: more than 0." });
    expect(readNumber(field("n", { type: "integer" }), "1.5")).toEqual({ problem: "A whole number is needed." });
    expect(readNumber(field("n"), "fast")).toEqual({ problem: "“fast” is not a number." });
  });

  test("may be written with a comma", () => {
    expect(readNumber(field("n"), " 0,25 ")).toEqual({ value: 0.25 });
  });

  test("say their unit", () => {
    expect(boundsText(field("n", { min: 0, max: 60, unit: "s" }))).toBe("0 to 60 s");
  });
});

test("pairs are read a line each", () => {
  expect(readPairs("0 400\n60, 800\n")).toEqual([[0, 400], [60, 800]]);
  expect(readPairs("0 400\nsoon")).toBe("Line 2, “soon”: two numbers are needed.");
});

test("problems belong to their field and those below it, not to a name that starts alike", () => {
  const problems = [{ path: "nodes.web.service.exponential", message: "a" }, { path: "nodes.web2.service", message: "b" }, { path: "nodes.web", message: "c" }];
  expect(problemsAt(problems, "nodes.web")).toEqual(["a", "c"]);
  expect(problemsAt(problems, "nodes.web.service")).toEqual(["a"]);
});

test("faults are offered by target and by what a node does", () => {
  const kinds = Object.fromEntries(catalogue.kinds.map((kind) => [kind.kind, kind]));
  expect(offeredFaults(catalogue, "az").map((fault) => fault.kind)).toEqual(["az_power_loss"]);
  expect(offeredFaults(catalogue, "instance", kinds.service).map((fault) => fault.kind)).toEqual(["slow"]);
  expect(offeredFaults(catalogue, "node", kinds.clients)).toEqual([]);
  expect(byCategory(catalogue.kinds)[0][0]).toBe("Test");
  const [first] = catalogue.kinds;
  const three = ["B", "A", "B"].map((category) => ({ ...first, category }));
  expect(byCategory(three, ["A", "None", "B"]).map(([name, members]) => [name, members.length])).toEqual([["A", 1], ["B", 2]]);
});

test("a component is found by words of its label, its kind and its summary", () => {
  const kind = { ...catalogue.kinds[0], kind: "ec2_asg", label: "EC2 Auto Scaling group", category: "Compute", summary: "Instances." };
  expect(["asg", "scaling ec2", "INSTANCES", "comp", "lambda"].map((words) => isFound(kind, words))).toEqual([true, true, true, true, false]);
});

describe("lists", () => {
  const fields = [field("name", { type: "text", start: "read" }), field("share", { start: 1, sums_to: 1 })];

  test("grow by an entry with a name that is not taken and the share that is left", () => {
    expect(withEntry(fields, [])).toEqual([{ name: "read", share: 1 }]);
    expect(withEntry(fields, [{ name: "read", share: 0.7 }])).toEqual([{ name: "read", share: 0.7 }, { name: "read-2", share: 0.3 }]);
  });

  test("share out what the greatest has when nothing is left", () => {
    expect(withEntry(fields, [{ name: "a", share: 0.6 }, { name: "b", share: 0.4 }])).toEqual([{ name: "a", share: 0.3 }, { name: "b", share: 0.4 }, { name: "read", share: 0.3 }]);
  });

  test("say when their shares do not add up", () => {
    expect(listProblem(fields, [{ name: "a", share: 0.1 }, { name: "b", share: 0.2 }])).toBe("share adds up to 0.3, not 1.");
    expect(listProblem(fields, [{ name: "a", share: 0.1 }, { name: "b", share: 0.2 }, { name: "c", share: 0.7 }])).toBe("");
    expect(listProblem(fields, [])).toBe("");
  });

  test("of numbers and words are read from a line, within their bounds", () => {
    expect(readNumbers(field("n", { count: 2 }), "100, 400")).toEqual([100, 400]);
    expect(readNumbers(field("n", { count: 2 }), "100")).toBe("2 are needed, not 1.");
    expect(readNumbers(field("n", { min: 0 }), "1 -2")).toBe("-2 is out of bounds: 0 or more.");
    expect(readWords("read, write\n refund ")).toEqual(["read", "write", "refund"]);
  });
});

describe("the fault menu", () => {
  const fault = (kind: string, group: string, library = "") => ({ kind, label: kind.replaceAll("_", " "), sentence: `It is ${group}.`, targets: [], default_for_s: 1, fields: [], group, library });
  const faults = [fault("crash", "Stops"), fault("slow", "Slower"), fault("node_down", "Stops"), fault("aws:stop-task", "", "AWS FIS")];

  test("has a heading where the first of its faults stands, and folds libraries", () => {
    expect(grouped(faults).map((g) => [g.title, g.folded, g.faults.length])).toEqual([["Stops", false, 2], ["Slower", false, 1], ["AWS FIS actions", true, 1]]);
  });

  test("finds by every word, in libraries too, those so called first", () => {
    expect(grouped(faults, "stop").map((g) => [g.title, g.folded])).toEqual([["AWS FIS actions", false], ["Stops", false]]);
    expect(grouped(faults, "node stops").flatMap((g) => g.faults.map((f) => f.kind))).toEqual(["node_down"]);
    expect(grouped(faults, "earthquake")).toEqual([]);
  });
});

test("a card counts one thing in the singular", () => {
  const kind = { ...catalogue.kinds[0], fields: [field("shards", { label: "Shards" }), field("concurrency", { label: "Slots per node", default: 1 })] };
  expect(designLine({ id: "near", kind: "elasticache", shards: 1 }, kind)).toBe("1 shard · 1 slot per node");
  expect(designLine({ id: "near", kind: "elasticache", shards: 2 }, kind)).toBe("2 shards · 1 slot per node");
  const other = { ...kind, fields: [field("batch", { label: "Batch", default: 1 }), field("ttl_s", { label: "Time to live", unit: "s", default: 1 })] };
  expect(designLine({ id: "jobs", kind: "sqs" }, other)).toBe("1 batch · 1 s");
});
