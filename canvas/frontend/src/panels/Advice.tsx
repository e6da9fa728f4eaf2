import { cured, findingsAt, type Finding } from "../document/advice";
import { useSession } from "../session/use";

/** Everything the drawing was told, the worst first. A click shows where; the list stays. */
export function AdviceList() {
  const { advice, problems } = useSession();
  if (problems.length) return <p className="fl-story">Advice comes back when the drawing has no more problems.</p>;
  if (!advice.length) return <p className="fl-story">No weak points found by rules. That is no proof: break something and run it.</p>;
  return (
    <>
      <p className="fl-story">Found by rules in the drawing alone. Advice stops no run.</p>
      {advice.map((finding, i) => <Advice key={`${finding.rule} ${i}`} finding={finding} where />)}
    </>
  );
}

/** Findings about what is selected, folded: the fields below are what one came for. */
export function AdviceOn({ id }: { id: string }) {
  const session = useSession();
  return findingsAt(session.advice, id).map((finding) => (
    <details key={finding.rule + finding.why} className="fl-advice-fold">
      <summary><AdviceMark severity={finding.severity} /> {finding.title}</summary>
      <Advice finding={finding} />
    </details>
  ));
}

/** One finding: how bad, what, where, why, and what to change. */
function Advice({ finding, where = false }: { finding: Finding; where?: boolean }) {
  const session = useSession();
  const ids = finding.edges.length ? finding.edges : finding.nodes;
  const curable = Object.keys(finding.change).length > 0;
  return (
    <section className={`fl-advice ${finding.severity}`} aria-label={`${finding.severity}: ${finding.title}`}>
      {where && (
        <header>
          <AdviceMark severity={finding.severity} />
          <b>{finding.title}</b>
        </header>
      )}
      {where && <button type="button" className="fl-row-link" onClick={() => session.view.point([...finding.nodes, ...finding.edges])}>{ids.join(", ").replaceAll("->", " → ")}</button>}
      <p>{finding.why}</p>
      <p className="do">{finding.advice}</p>
      <footer>
        {curable && <button type="button" className="fl-button" onClick={() => session.edit((doc) => cured(doc, finding.change))}>Apply</button>}
        {finding.preset && <a href={`?preset=${finding.preset}${finding.variant ? `&variant=${finding.variant}` : ""}`} target="_blank" rel="noreferrer">See it happen</a>}
        <small title="Best practice of the AWS Well-Architected reliability pillar">{finding.practice}</small>
      </footer>
    </section>
  );
}

/** Severity by filling as well as by hue: full, half, empty. */
export const AdviceMark = ({ severity }: { severity: Finding["severity"] }) => (
  <svg className={`fl-advice-mark ${severity}`} viewBox="0 0 16 16" width="12" height="12" role="img" aria-label={severity}>
    <rect x="2" y="2" width="12" height="12" rx="3.500" className="frame" />
    {severity !== "low" && <rect x="2" y={severity === "high" ? 2 : 8} width="12" height={severity === "high" ? 12 : 6} rx={severity === "high" ? 3.5 : 1} className="fill" />}
  </svg>
);
