import { useSession } from "../../session/use";

/** Nothing is selected: what this drawing is about, and what one can do. */
export function NothingPanel() {
  const session = useSession();
  const { doc, problems } = session;
  const floating = problems.filter((problem) => !/^(nodes|edges)\./.test(problem.path));
  return (
    <>
      {doc.title && <h2 className="fl-name">{doc.title}</h2>}
      {doc.story && <p className="fl-story">{doc.story}</p>}
      {floating.map((problem) => <p key={problem.path + problem.message} className="fl-wrong" role="alert"><b>{problem.path}</b> {problem.message}</p>)}
      <ul className="fl-hints">
        <li>Select a card, a line, an AZ or one instance to set it up or break it.</li>
        <li>Right-click anything for its faults.</li>
        <li><kbd>Space</kbd> plays, <kbd>←</kbd> <kbd>→</kbd> step a second.</li>
        <li><kbd>Ctrl</kbd> + wheel zooms, <kbd>Shift</kbd> + drag selects.</li>
      </ul>
    </>
  );
}
