import type { FrontendRenderer } from "@streamlit/component-v2-lib";
import { createRoot, type Root } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import { App } from "./App";
import type { Payload, Send } from "./protocol";
import { allSessions, sessionOf, type Session } from "./session/session";
import "./style/index.css";

interface Mount {
  build: string;
  root: Root;
  host: HTMLElement;
  session: Session;
}

// The record lies on the element, not in module scope: a rebuilt bundle is a new module that gets the old element, and must find it.
const SLOT = "__faultlineMount";
const BUILD = import.meta.url;
type Holder = HTMLElement & { [SLOT]?: Mount };

/** Streamlit calls this at every change of data or theme. The React root is made once per element; afterwards only data flows. */
const render: FrontendRenderer = ({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const payload = data as unknown as Payload;
  const holder = parentElement as unknown as Holder;
  let mount = holder[SLOT];
  if (mount && mount.build !== BUILD) {
    mount.root.unmount();
    mount.host.remove();
    mount = undefined;
  }
  if (!mount) mount = holder[SLOT] = create(holder, payload);
  mount.host.style.setProperty("--fl-height", heightOf(payload.height));
  mount.session.view.setDark(isDark(mount.host));
  mount.session.receive(payload, setTriggerValue as unknown as Send);
  const mine = mount;
  return () => void setTimeout(() => release(holder, mine));
};

const heightOf = (height: Payload["height"]): string => (typeof height === "number" ? `${height}px` : (height ?? "100%"));

function create(holder: Holder, payload: Payload): Mount {
  const host = document.createElement("div");
  host.className = "fl-host";
  holder.appendChild(host);
  const session = sessionOf(payload.instance);
  session.metrics.mounts++;
  // Streamlit's own keys “r” (rerun) and “c” (clear the cache) would fire while a card has the focus.
  host.addEventListener("keydown", (event) => {
    if (/^[rc]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  const root = createRoot(host);
  root.render(<App session={session} />);
  return { build: BUILD, root, host, session };
}

/** The clean-up of a call that a newer one overtook comes while our element still stands: then there is nothing to clean. */
function release(holder: Holder, mount: Mount): void {
  if (mount.host.isConnected) return void mount.session.metrics.ignoredCleanups++;
  mount.session.metrics.unmounts++;
  mount.root.unmount();
  if (holder[SLOT] === mount) delete holder[SLOT];
}

/** The background may be written as a hex code, rgb() or a name: a canvas understands them all. */
function isDark(el: HTMLElement): boolean {
  const context = document.createElement("canvas").getContext("2d")!;
  context.fillStyle = getComputedStyle(el).getPropertyValue("--st-background-color").trim() || "#fff";
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}

declare global {
  interface Window {
    __faultline?: { sessions: ReadonlyMap<string, Session>; metrics: () => { [session: string]: object } };
  }
}
window.__faultline = {
  sessions: allSessions(),
  metrics: () => Object.fromEntries([...allSessions()].map(([name, session]) => [name, { ...session.metrics, ...session.clock.stats }])),
};

export default render;
