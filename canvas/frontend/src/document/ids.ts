import { takenIds, type Region, type Scenario } from "./types";

/** Ids appear in faults (`web[2]`, `web->orders`) and as keys, so they are words without brackets, arrows or spaces. */
const ID = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;

/** Suggested Regions in the order in which new ones are offered. */
const REGIONS = ["us-east-1", "eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"];

export function uniqueId(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  const stem = base.replace(/-\d+$/, "");
  for (let n = 2; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}

/** `ec2_asg` → `ec2-asg`, `ec2-asg-2`, … */
export const newNodeId = (doc: Scenario, kind: string): string => uniqueId(kind.replaceAll("_", "-"), takenIds(doc));

export function newRegionId(doc: Scenario): string {
  const taken = takenIds(doc);
  return REGIONS.find((id) => !taken.has(id)) ?? uniqueId("region", taken);
}

/** us-east-1 with a and b → us-east-1c. */
export function newAzId(doc: Scenario, region: Region): string {
  const taken = takenIds(doc);
  for (const letter of "abcdefghijklmnopqrstuvwxyz") if (!taken.has(region.id + letter)) return region.id + letter;
  return uniqueId(`${region.id}-az`, taken);
}

/** Why `id` cannot be the new name of what is called `current`, or null when it can. */
export function idProblem(doc: Scenario, current: string, id: string): string | null {
  if (id === current) return null;
  if (!id) return "A name is needed.";
  if (!ID.test(id)) return `“${id}” cannot be a name: use letters, digits, “-”, “_” and “.”, without spaces.`;
  if (takenIds(doc).has(id)) return `“${id}” is already taken: names of nodes, Regions and AZs differ from each other.`;
  return null;
}
