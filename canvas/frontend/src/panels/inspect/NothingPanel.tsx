import type { Field } from "../../catalogue";
import type { Json, Scenario } from "../../document/types";
import { FieldRow } from "../../fields/FieldRow";
import { useSession } from "../../session/use";
import { FirstSteps } from "../Messages";

/** What belongs to the document as a whole; bounds and defaults are those of the document's definition. */
const SETTINGS: Field[] = [
  { name: "title", label: "Title", type: "text" },
  { name: "duration_s", label: "Duration", type: "number", unit: "s", min: 0, exclusive_min: true, max: 86_400, default: 600, help: "Simulated time of a run." },
  { name: "warmup_s", label: "Warm-up", type: "number", unit: "s", min: 0, max: 86_400, default: 0, help: "Left out of the totals, shown in the charts." },
];

function withSetting(doc: Scenario, name: string, value: Json | undefined): Scenario {
  const { [name]: _before, ...rest } = doc;
  return (value === undefined ? rest : { ...rest, [name]: value }) as Scenario;
}

/** Nothing is selected: what this drawing is about, and what one can do. */
export function NothingPanel() {
  const session = useSession();
  const { doc, problems } = session;
  const floating = problems.filter((problem) => !/^(nodes|edges)\./.test(problem.path));
  return (
    <>
      <h2 className="fl-name">{doc.title || "Untitled drawing"}</h2>
      {!doc.nodes.length && <FirstSteps />}
      {doc.story && <p className="fl-story">{doc.story}</p>}
      {floating.map((problem) => <p key={problem.path + problem.message} className="fl-wrong" role="alert"><b>{problem.path}</b> {problem.message}</p>)}
      <details className="fl-settings">
        <summary>Title, duration, warm-up</summary>
        {SETTINGS.map((field) => (
          <FieldRow key={field.name} field={field} value={doc[field.name] as Json | undefined} path={field.name} scope={{ problems, azs: [], regions: [] }}
            commit={(value) => session.edit((before) => withSetting(before, field.name, value))} />
        ))}
      </details>
      <ul className="fl-hints">
        <li>Select a card, a line, an AZ or one instance to set it up or break it.</li>
        <li>Right-click anything for its faults.</li>
        <li><kbd>Space</kbd> plays, <kbd>←</kbd> <kbd>→</kbd> step a second.</li>
        <li><kbd>Ctrl</kbd> + wheel zooms, <kbd>Shift</kbd> + drag selects.</li>
      </ul>
    </>
  );
}
