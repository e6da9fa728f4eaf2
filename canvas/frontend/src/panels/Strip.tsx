import { StateMark } from "../marks";
import { useSession } from "../session/use";

/** Title of the drawing and the few numbers that say how the run went. The row is always there, so that nothing jumps. */
export function Strip() {
  const session = useSession();
  const { doc, run } = session;
  const tiles = run?.strip ?? [];
  const places = (doc.regions ?? []).reduce((sum, region) => sum + region.azs.length, 0);
  const size = `${doc.nodes.length} ${doc.nodes.length === 1 ? "component" : "components"}${places ? `, ${places} ${places === 1 ? "AZ" : "AZs"}` : ""}`;
  return (
    <div className={`fl-strip${session.stale ? " stale" : ""}`} role="group" aria-label="Result of the run">
      <div className="fl-headline"><b title={doc.title}>{doc.title || "Untitled drawing"}</b><small>{session.stale ? "results are of the version before" : size}</small></div>
      {tiles.map((tile) => (
        <div key={tile.label} className={`fl-tile ${tile.state}`} title={tile.help}>
          <small>{tile.label}</small>
          <b>{tile.state !== "none" && tile.state !== "ok" && <StateMark mark={tile.state} />}{tile.value}{tile.unit && <em> {tile.unit}</em>}</b>
        </div>
      ))}
    </div>
  );
}
