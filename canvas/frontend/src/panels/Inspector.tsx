import { Sign } from "../glyphs";
import { useSession } from "../session/use";
import type { Tab } from "../session/view";
import { AdviceList } from "./Advice";
import { EventLog } from "./EventLog";
import { FaultList } from "./FaultList";
import { Inspected } from "./inspect/Inspected";

/** The right side: what is selected, the faults, and the event log. */
export function Inspector() {
  const session = useSession();
  const { tab } = session.view;
  const faults = session.faults.length;
  const advice = session.advice.length;
  const tabs: [Tab, string][] = [["inspect", "Inspect"], ["faults", faults ? `Faults ${faults}` : "Faults"], ["advice", advice ? `Advice ${advice}` : "Advice"], ["events", "Log"]];
  return (
    <aside className="fl-inspector" aria-label="Inspector">
      <div className="fl-panel-head">
        <div className="fl-tabs" role="tablist" aria-label="Panels">
          {tabs.map(([id, label]) => (
            <button key={id} type="button" role="tab" aria-selected={tab === id} onClick={() => session.view.show(id)}>{label}</button>
          ))}
        </div>
        <button type="button" className="fl-icon" onClick={() => session.view.toggle("inspector")} aria-label="Hide the inspector" title="Hide"><Sign name="panel" size={14} /></button>
      </div>
      <div className="fl-tabpanel" role="tabpanel" aria-label={tabs.find(([id]) => id === tab)?.[1]}>
        {tab === "inspect" && <Inspected />}
        {tab === "faults" && <FaultList />}
        {tab === "advice" && <AdviceList />}
        {tab === "events" && <EventLog />}
      </div>
    </aside>
  );
}
