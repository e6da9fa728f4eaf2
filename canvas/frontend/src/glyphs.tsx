import type { ReactNode } from "react";

/** Our own marks, drawn on a 24 × 24 grid with a 1.7 stroke in the text's colour. They name a role, not a vendor. */
const SHAPES: { [glyph: string]: ReactNode } = {
  clients: <><circle cx="9" cy="8" r="3.2" /><path d="M3 19c.4-3.6 2.8-5.4 6-5.4s5.600 1.800 6 5.400" /><path d="M15.500 5.300a3 3 0 0 1 0 5.400M17.500 14.300c2 .7 3.200 2.300 3.500 4.700" /></>,
  balancer: <><circle cx="5" cy="12" r="2.200" /><circle cx="19" cy="5.500" r="2" /><circle cx="19" cy="12" r="2" /><circle cx="19" cy="18.500" r="2" /><path d="M7.200 12H17M7 11l4-3.600c1-1 2-1.900 3.600-1.900H17M7 13l4 3.600c1 1 2 1.900 3.600 1.900H17" /></>,
  service: <><rect x="4" y="4.500" width="16" height="6" rx="1.500" /><rect x="4" y="13.500" width="16" height="6" rx="1.500" /><path d="M7.500 7.500h.01M7.500 16.500h.01M11 7.500h5.500M11 16.500h5.500" /></>,
  fleet: <><rect x="3.500" y="8" width="11.500" height="12" rx="1.800" /><path d="M7.500 5.500h9.500a2 2 0 0 1 2 2V16M11 3h8.500A2 2 0 0 1 21.500 5v7.500" /><path d="M6.800 12h5M6.800 15.700h5" /></>,
  database: <><ellipse cx="12" cy="5.800" rx="7.500" ry="2.800" /><path d="M4.500 5.800v12.400c0 1.500 3.400 2.800 7.500 2.800s7.500-1.300 7.500-2.800V5.800M4.500 12c0 1.500 3.400 2.800 7.500 2.800s7.500-1.300 7.500-2.800" /></>,
  table: <><rect x="4" y="4" width="16" height="16" rx="2" /><path d="M4 9.500h16M4 14.800h16M10 9.500V20" /></>,
  function: <><path d="M8 20c2.200 0 2.600-1.600 3-4l1.600-8.500C13 5.200 13.600 4 15.800 4M8.200 10.500h7.600" /></>,
  cache: <path d="M13 3 5.500 13.500h5L10 21l8-11h-5.500z" />,
  queue: <><rect x="3.500" y="7" width="4.400" height="10" rx="1" /><rect x="9.800" y="7" width="4.400" height="10" rx="1" /><rect x="16.100" y="7" width="4.400" height="10" rx="1" /></>,
  topic: <><circle cx="12" cy="12" r="2" /><path d="M8 16a5.700 5.700 0 0 1 0-8M16 8a5.700 5.700 0 0 1 0 8M5.300 18.700a9.500 9.500 0 0 1 0-13.400M18.700 5.300a9.500 9.500 0 0 1 0 13.400" /></>,
  stream: <><path d="M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0" /></>,
  dns: <><circle cx="12" cy="12" r="8.500" /><path d="M3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17" /></>,
  edge: <><circle cx="12" cy="12" r="3" /><path d="M12 3v4M12 17v4M3 12h4M17 12h4M5.600 5.600l2.900 2.900M15.500 15.500l2.900 2.900M18.400 5.600l-2.900 2.900M8.500 15.500l-2.900 2.900" /></>,
  gateway: <><path d="M4 20V9l8-5 8 5v11" /><path d="M9 20v-6.500h6V20M2.500 20h19" /></>,
  bucket: <><path d="M4.500 6h15l-2 13.500c-.1.800-.7 1-1.400 1H7.900c-.7 0-1.300-.2-1.400-1z" /><path d="M4.500 6c0-1.500 3.300-2.500 7.500-2.500s7.500 1 7.500 2.500" /></>,
  container: <><path d="m12 3 8 4.500v9L12 21l-8-4.500v-9z" /><path d="m4 7.500 8 4.500 8-4.500M12 12v9" /></>,
  workflow: <><rect x="3.500" y="3.500" width="6" height="6" rx="1.200" /><rect x="14.500" y="14.500" width="6" height="6" rx="1.200" /><path d="M9.500 6.500h5a3 3 0 0 1 3 3v5M14.500 17.500h-5a3 3 0 0 1-3-3v-5" /></>,
  limiter: <><path d="M4 17a8.500 8.500 0 1 1 16 0" /><path d="m12 15 4-5.500" /><circle cx="12" cy="15.500" r="1.400" /></>,
  bus: <><path d="M3 12h18M6.500 12V5.500M12 12V5.500M17.500 12v6.500M9 12v6.500" /><circle cx="6.500" cy="4.500" r="1.200" /><circle cx="12" cy="4.500" r="1.200" /><circle cx="17.500" cy="19.500" r="1.200" /><circle cx="9" cy="19.500" r="1.200" /></>,
  files: <><path d="M6 3.500h8l4.500 4.500v12.500H6z" /><path d="M14 3.500V8h4.500M9 12.500h6M9 16h6" /></>,
  network: <><rect x="9" y="3" width="6" height="5" rx="1" /><rect x="3" y="16" width="6" height="5" rx="1" /><rect x="15" y="16" width="6" height="5" rx="1" /><path d="M12 8v4M6 16v-2.500h12V16" /></>,
  external: <><path d="M6.500 18.500h10.700a3.800 3.800 0 0 0 .6-7.550A5.800 5.800 0 0 0 6.700 9.600a4.500 4.500 0 0 0-.2 8.900z" /></>,
  accelerator: <><circle cx="12" cy="12" r="8.500" /><path d="m7.500 8.500 3.500 3.500-3.500 3.500M13 8.500l3.500 3.500-3.500 3.500" /></>,
  flows: <><circle cx="5" cy="12" r="2.200" /><path d="M7 10.800 12 6h8M7.400 12H20M7 13.200 12 18h8M17.500 3.800 20 6l-2.500 2.200M17.500 15.800 20 18l-2.500 2.200" /></>,
  pods: <><path d="m12 2.800 8 4.600v9.200l-8 4.600-8-4.600V7.400z" /><circle cx="12" cy="8.800" r="1.700" /><circle cx="8.600" cy="14.300" r="1.700" /><circle cx="15.400" cy="14.300" r="1.700" /></>,
  nat: <><path d="M12.500 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h6.500" /><path d="M9 12h12M17.500 8.500 21 12l-3.500 3.500" /></>,
  shared: <><ellipse cx="7.500" cy="6" rx="4" ry="1.900" /><ellipse cx="16.500" cy="6" rx="4" ry="1.900" /><path d="M3.500 6v4.200c0 1 1.800 1.900 4 1.900s4-.9 4-1.900V6M12.500 6v4.200c0 1 1.800 1.900 4 1.900s4-.9 4-1.900V6" /><path d="M7.500 12.100v3.400M16.500 12.100v3.400" /><rect x="3.500" y="15.500" width="17" height="5" rx="2.500" /></>,
  plug: <><ellipse cx="12" cy="5.500" rx="6" ry="2.200" /><path d="M6 5.500v5c0 1.200 2.700 2.200 6 2.200s6-1 6-2.200v-5M9 12.500V17M12 12.800V21M15 12.500V17" /></>,
  box: <rect x="4.500" y="4.500" width="15" height="15" rx="2.500" />,
  region: <><rect x="3" y="5" width="18" height="14" rx="2.500" /><path d="M3 9.500h18" /></>,
  az: <><rect x="3" y="4.500" width="7.500" height="15" rx="1.800" strokeDasharray="2.600 2" /><rect x="13.500" y="4.500" width="7.500" height="15" rx="1.800" /></>,
};

/** Other words for the same role. */
const ALIASES: { [name: string]: string } = {
  split: "balancer", stack: "fleet", cylinder: "database",
  users: "clients", client: "clients", people: "clients", load_balancer: "balancer", lb: "balancer", alb: "balancer", 
  server: "service", servers: "fleet", instances: "fleet", ec2: "fleet", ec2_asg: "fleet", cluster: "fleet", asg: "fleet",
  store: "database", db: "database", rds: "database", aurora: "shared", nlb: "flows", proxy: "plug", dynamodb: "table", lambda: "function", bolt: "cache",
  elasticache: "cache", sqs: "queue", sns: "topic", fanout: "topic", kinesis: "stream", resolver: "dns", route53: "dns", globe: "dns", cdn: "edge",
  cloudfront: "edge", door: "gateway", api: "gateway", api_gateway: "gateway", s3: "bucket", ecs: "container",  steps: "workflow",
  step_functions: "workflow", gauge: "limiter", eventbridge: "bus", efs: "files",  cloud: "external",
};

export function Glyph({ name, size = 18 }: { name: string; size?: number }) {
  return (
    <svg
      className="fl-glyph" viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.700"
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"
    >
      {SHAPES[name] ?? SHAPES[ALIASES[name]] ?? SHAPES.box}
    </svg>
  );
}

/** Signs of the controls. */
const SIGNS = {
  play: "M8 5.500v13l10.500-6.500z", pause: "M8 5.500v13M16 5.500v13", back: "M14.500 6 8 12l6.500 6", forward: "M9.500 6 16 12l-6.500 6",
  restart: "M6 5.500v13M18.500 6 9.500 12l9 6z", undo: "M8.500 5 4 9.500 8.500 14M4 9.500h9.500a5.500 5.500 0 0 1 0 11H9", redo: "M15.500 5 20 9.500 15.500 14M20 9.500h-9.500a5.500 5.500 0 0 0 0 11H15",
  trash: "M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 13h9l1-13M10.200 10.500v6M13.800 10.500v6", layout: "M4 4h7v5H4zM13 15h7v5h-7zM13 4h7v7h-7zM4 13h7v7H4z",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", table: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9", close: "M6 6l12 12M18 6 6 18",
  full: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7", bolt: "M13 3 5.500 13.500h5L10 21l8-11h-5.500z", panel: "M4 5h16v14H4zM15 5v14", left: "M4 5h16v14H4zM9 5v14",
  down: "m6 9.500 6 6 6-6", plus: "M12 5v14M5 12h14", copy: "M8 8h11v12H8zM5 16V4h11",
} as const;
export type SignName = keyof typeof SIGNS;

export function Sign({ name, size = 16 }: { name: SignName; size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24" width={size} height={size} fill={name === "play" ? "currentColor" : "none"} stroke="currentColor" strokeWidth="1.800"
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"
    >
      <path d={SIGNS[name]} />
    </svg>
  );
}
