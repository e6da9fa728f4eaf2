import { useRef } from "react";
import { kindOf } from "../catalogue";
import { edgeId } from "../document/types";
import { breakerMark, breakerWords, nodeWords } from "../frames/mark-words";
import { causeWord, compact, duration, HEALTH, percent } from "../frames/words";
import { Sign } from "../glyphs";
import { useCanvas, useSession, useTick } from "../session/use";

type Session = ReturnType<typeof useCanvas>["session"];

/** The drawing as text: every node and call with its values at the playhead. */
export function TableTwin() {
  const session = useSession();
  const body = useRef<HTMLDivElement>(null);
  useTick(() => {
    body.current?.querySelectorAll<HTMLElement>("tr[data-node]").forEach((row) => fill(row, nodeCells(session, row.dataset.node!)));
    body.current?.querySelectorAll<HTMLElement>("tr[data-edge]").forEach((row) => fill(row, edgeCells(session, row.dataset.edge!)));
  });
  const pick = (id: string) => () => session.view.select([id]);
  return (
    <div className="fl-table" ref={body} role="region" aria-label="Table of nodes and calls" tabIndex={0}>
      <header><b>Table</b><button type="button" className="fl-icon" aria-label="Close the table" onClick={() => session.view.toggle("table")}><Sign name="close" size={14} /></button></header>
      <table>
        <thead><tr><th>Node</th><th>Kind</th><th>Health</th><th>Rate</th><th>Failing</th><th>Utilisation</th><th>Queue</th><th>p99</th><th>Besides</th></tr></thead>
        <tbody>
          {session.doc.nodes.map((node) => (
            <tr key={node.id} data-node={node.id}>
              <th scope="row"><button type="button" className="fl-link" onClick={pick(node.id)}>{node.id}</button></th>
              <td>{kindOf(session.catalogue, node.kind).label}</td><td /><td /><td /><td /><td /><td /><td />
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead><tr><th>Call</th><th>Rate</th><th>Again</th><th>Failing</th><th>Cause</th><th>p50</th><th>p99</th><th>Breaker</th></tr></thead>
        <tbody>
          {(session.doc.edges ?? []).map((edge) => (
            <tr key={edgeId(edge)} data-edge={edgeId(edge)}>
              <th scope="row"><button type="button" className="fl-link" onClick={pick(edgeId(edge))}>{edge.from} → {edge.to}</button></th>
              <td /><td /><td /><td /><td /><td /><td />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function fill(row: HTMLElement, cells: string[]): void {
  const tds = [...row.querySelectorAll("td")].slice(-cells.length);
  tds.forEach((td, i) => td.textContent !== cells[i] && (td.textContent = cells[i]));
}

function nodeCells(session: Session, id: string): string[] {
  const frames = session.stale ? null : session.frames;
  const node = frames?.nodeIndex.get(id);
  if (!frames || node === undefined) return ["–", "–", "–", "–", "–", "–", ""];
  const row = frames.row(session.clock.playhead_s);
  const value = (field: string): number => frames.nodes.at(row, node, field);
  const calls = session.edges.filter((edge) => edge.from === id).map((edge) => edge.id);
  const [rate, failed] = [value("rate"), value("failed")];
  const share = failed > 0 ? percent(Math.min(1, failed / Math.max(rate, failed))) : "0 %";
  return [HEALTH[value("health")] ?? "ok", `${compact(rate)}/s`, share, percent(value("utilisation")), compact(value("queue")), duration(value("p99_s")), nodeWords(frames, row, id, calls)];
}

function edgeCells(session: Session, id: string): string[] {
  const frames = session.stale ? null : session.frames;
  const edge = frames?.edgeIndex.get(id);
  if (!frames || edge === undefined) return ["–", "–", "–", "–", "–", "–", ""];
  const breaker = breakerMark(frames, frames.row(session.clock.playhead_s), id);
  const value = (field: string): number => frames.edges.at(frames.row(session.clock.playhead_s), edge, field);
  const share = value("rate") > 0 ? Math.min(1, value("failed") / value("rate")) : 0;
  const cause = share > 0 ? causeWord(frames.meta.causes[value("cause")]) : "";
  return [`${compact(value("rate"))}/s`, `${compact(value("retries"))}/s`, percent(share), cause, duration(value("p50_s")), duration(value("p99_s")), breaker ? breakerWords(breaker) : ""];
}
