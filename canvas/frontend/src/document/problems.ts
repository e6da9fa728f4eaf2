import type { Problem } from "../protocol";

/** Problems at a path or below it. Ids may contain dots, so paths are compared as text, not split. */
export const problemsAt = (problems: Problem[], path: string): string[] =>
  problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`)).map((p) => p.message);
