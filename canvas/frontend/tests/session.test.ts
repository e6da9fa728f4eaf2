import { beforeEach, describe, expect, test, vi } from "vitest";
import { remove, setNodeFields, setPoint } from "../src/document/edits";
import type { Payload } from "../src/protocol";
import { Session } from "../src/session/session";
import { catalogue, shop } from "./fixtures";

const stored = new Map<string, string>();
vi.stubGlobal("localStorage", { getItem: (k: string) => stored.get(k) ?? null, setItem: (k: string, v: string) => stored.set(k, v), removeItem: (k: string) => stored.delete(k) });
vi.stubGlobal("requestAnimationFrame", () => 0);
vi.useFakeTimers();

const payload = (more: Partial<Payload> = {}): Payload => ({ instance: "t", store: "s1", gen: 1, ack: {}, doc: shop(), catalogue, run: null, frames: null, ...more });
const run = (id: string) => ({ run: { id, state: "done", stale: false, duration_s: 3 } as Payload["run"], frames: { id, n: 3, dt: 1, node_ids: [], node_fields: [], edge_ids: [], edge_fields: [], causes: [], instances: [], inst_fields: [], targets: [], target_fields: [], places: [], max_edge_rate: 1 } });
type Sent = { sid: string; evs: { n: number; t: string; [key: string]: unknown }[] };

function open(): { session: Session; sent: Sent[]; receive: (more?: Partial<Payload>) => void } {
  const session = new Session("t");
  const sent: Sent[] = [];
  const receive = (more: Partial<Payload> = {}): void => session.receive(payload(more), (_, value) => void sent.push(structuredClone(value) as unknown as Sent));
  receive();
  return { session, sent, receive };
}
const slowWeb = { kind: "slow", target: "web", at_s: 1, for_s: 2, params: {} };
beforeEach(() => stored.clear());

describe("what is sent", () => {
  test("stays in every message until it is acknowledged; of documents only the last", () => {
    const { session, sent, receive } = open();
    session.edit((doc) => setNodeFields(doc, "web", { instances: 5 }));
    session.edit((doc) => setNodeFields(doc, "web", { instances: 6 }));
    session.injectFault({ kind: "slow", target: "web", at_s: 1, for_s: 2, params: {} });
    expect(sent.at(-1)!.evs.map((event) => [event.n, event.t])).toEqual([[2, "doc"], [3, "fault_add"]]);
    receive({ ack: { [session.outbox.sid]: 2 } });
    session.emit({ t: "faults_clear" });
    expect(sent.at(-1)!.evs.map((event) => event.n)).toEqual([3, 4]);
  });

  test("is repeated while nobody answers", () => {
    const { session, sent, receive } = open();
    session.emit({ t: "run" });
    vi.advanceTimersByTime(5000);
    expect(sent.length).toBe(3);
    receive({ ack: { [session.outbox.sid]: 1 } });
    vi.advanceTimersByTime(60_000);
    expect(sent.length).toBe(3);
  });
});

describe("frames", () => {
  const column = (values: number[]) => ({ getChild: () => ({ toArray: () => Float32Array.from(values) }) });
  const grown = (id: string, rev: number, n: number, base: { id: string; n: number } | null, values: number[]): Partial<Payload> => {
    const { run: about, frames } = run(id);
    return { run: about, frames: { ...frames, rev, n, base, node_ids: ["web"], node_fields: ["rate"] }, nodes: column(values) };
  };
  const rates = (session: Session): number[] => [...session.frames!.nodes.data];

  test("that go on are put behind those that are here", () => {
    const { session, receive } = open();
    receive(grown("a", 0, 3, null, [1, 2, 3]));
    receive(grown("a", 1, 5, { id: "a", n: 2 }, [33, 4, 5]));
    expect(rates(session)).toEqual([1, 2, 33, 4, 5]);
  });

  test("of a branch keep the beginning of the run it left", () => {
    const { session, receive, sent } = open();
    receive(grown("a", 0, 4, null, [1, 2, 3, 4]));
    receive(grown("b", 0, 4, { id: "a", n: 2 }, [30, 40]));
    expect(rates(session)).toEqual([1, 2, 30, 40]);
    expect(sent).toEqual([]);
  });

  test("that go on from what is not here are asked for again, once", () => {
    const { session, receive, sent } = open();
    receive(grown("a", 0, 3, null, [1, 2, 3]));
    receive(grown("a", 2, 9, { id: "a", n: 6 }, [7, 8, 9]));
    receive(grown("a", 3, 12, { id: "a", n: 8 }, [9, 10, 11, 12]));
    expect(sent.flatMap((message) => message.evs.map((event) => event.t))).toEqual(["resend"]);
    expect(rates(session)).toEqual([1, 2, 3]);
    receive({ ...grown("a", 3, 4, null, [1, 2, 3, 4]), ack: { [session.outbox.sid]: 1 } });
    expect(rates(session)).toEqual([1, 2, 3, 4]);
  });

  test("that did not change come without numbers and change nothing", () => {
    const { session, receive } = open();
    receive(grown("a", 0, 3, null, [1, 2, 3]));
    const before = session.frames;
    receive({ ...grown("a", 0, 3, { id: "a", n: 3 }, []), catalogue: null });
    expect(session.frames).toBe(before);
    expect(session.catalogue).toBe(catalogue);
  });

  test("of a canvas that has not even the catalogue are asked for again", () => {
    const sent: string[] = [];
    new Session("fresh").receive(payload({ catalogue: null }), (_, { evs }) => void sent.push(...evs.map((event) => event.t)));
    expect(sent).toEqual(["resend"]);
  });
});

describe("the document", () => {
  test("is replaced by a newer generation and kept within the same", () => {
    const { session, receive } = open();
    session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    receive();
    expect(session.doc.nodes[2].instances).toBe(9);
    receive({ gen: 2 });
    expect(session.doc.nodes[2].instances).toBe(4);
    expect(session.history.canUndo).toBe(false);
  });

  test("comes back by undo and redo", () => {
    const { session } = open();
    session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    session.undo();
    expect(session.doc.nodes[2].instances).toBe(4);
    session.redo();
    expect(session.doc.nodes[2].instances).toBe(9);
  });

  test("an edit that changes nothing is no step", () => {
    const { session, sent } = open();
    session.edit((doc) => ({ ...doc }));
    expect([session.history.canUndo, sent.length]).toEqual([false, 0]);
  });

  test("an edited one is restored after a reload, and only over the untouched default", () => {
    open().session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    const again = open();
    expect([again.session.restored, again.session.doc.nodes[2].instances]).toEqual([true, 9]);
    vi.runOnlyPendingTimers();
    expect(again.sent.at(-1)!.evs[0].t).toBe("doc");
    const chosen = new Session("t");
    chosen.receive(payload({ untouched: false }), () => undefined);
    expect([chosen.restored, chosen.doc.nodes[2].instances]).toEqual([false, 4]);
  });

  test("one that differs only in where a card lies is restored too", () => {
    open().session.edit((doc) => setPoint(doc, "web", [40, 700]));
    const again = open();
    expect([again.session.restored, again.session.doc.layout!.web]).toEqual([true, [40, 700]]);
  });

  test("one that was edited back to what Python has is not called restored", () => {
    const { session } = open();
    session.edit((doc) => setPoint(doc, "web", [40, 700]));
    session.undo();
    expect(open().session.restored).toBe(false);
  });

  test("starting fresh goes back to what Python delivered and can be undone", () => {
    open().session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    const { session } = open();
    session.startFresh();
    expect(session.doc.nodes[2].instances).toBe(4);
    session.undo();
    expect(session.doc.nodes[2].instances).toBe(9);
  });

  test("goes back to a server that forgot the session", () => {
    const { session, sent, receive } = open();
    session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    receive({ store: "s2", ack: { [session.outbox.sid]: 1 } });
    expect((sent.at(-1)!.evs.at(-1)!.doc as ReturnType<typeof shop>).nodes[2].instances).toBe(9);
  });

  test("takes faults from Python, but not while it has not answered a fault of ours", () => {
    const { session, receive } = open();
    receive({ doc_faults: [{ id: "x", kind: "slow", target: "web", at_s: 3 }] });
    expect(session.faults.map((fault) => fault.id)).toEqual(["x"]);
    session.injectFault(slowWeb);
    receive({ doc_faults: [] });
    expect(session.faults.map((fault) => fault.id)).toEqual(["x", "slow-1"]);
    receive({ doc_faults: [], ack: { [session.outbox.sid]: 1 } });
    expect(session.faults).toEqual([]);
  });
});

describe("faults", () => {
  const types = (sent: Sent[]): string[] => sent.at(-1)!.evs.map((event) => event.t);
  const ids = (session: Session): (string | undefined)[] => session.faults.map((fault) => fault.id);

  test("are there at once, under the name that is sent", () => {
    const { session, sent } = open();
    session.injectFault(slowWeb);
    expect(session.faults.at(-1)).toEqual({ id: "slow-1", kind: "slow", target: "web", at_s: 1, for_s: 2 });
    expect(sent.at(-1)!.evs.at(-1)).toMatchObject({ t: "fault_add", id: "slow-1", kind: "slow" });
  });

  test("injecting, changing, removing and clearing are steps of undo and redo", () => {
    const { session, sent, receive } = open();
    const answer = (): void => receive({ doc_faults: session.faults, ack: { [session.outbox.sid]: 99 } });
    const story = [() => session.injectFault(slowWeb), () => session.editFault("f1", { at_s: 30 }), () => session.removeFault("f2"), () => session.clearFaults()];
    const states = [session.faults];
    for (const step of story) {
      step();
      answer();
      states.push(session.faults);
    }
    expect(session.faults).toEqual([]);
    for (const state of states.slice(0, -1).reverse()) {
      session.undo();
      expect(session.faults).toEqual(state);
      expect(types(sent).at(-1)).toBe("faults_set");
      expect(types(sent)).not.toContain("doc"); // the frames stay fresh, and Python branches them
    }
    expect(session.history.canUndo).toBe(false);
    story.forEach(() => session.redo());
    expect(session.faults).toEqual([]);
  });

  test("of a deleted node come back with it", () => {
    const { session, sent } = open();
    session.edit((doc) => remove(doc, { nodes: ["web"] }));
    expect(ids(session)).toEqual([]);
    session.undo();
    expect(ids(session)).toEqual(["f1", "f2"]);
    expect(types(sent)).toEqual(["doc", "faults_set"]);
  });

  test("a deleted AZ comes back with all that sat in it, its roles and its faults", () => {
    const { session } = open();
    session.injectFault({ ...slowWeb, kind: "az_power_loss", target: "us-east-1a" });
    const before = structuredClone(session.doc);
    session.edit((doc) => remove(doc, { azs: ["us-east-1a"] }));
    expect(session.doc.nodes.map((node) => [node.azs, node.primary_az])).not.toContainEqual([undefined, "us-east-1a"]);
    expect(ids(session)).toEqual(["f1", "f2"]);
    session.undo();
    expect(session.doc).toEqual(before);
  });

  test("a refused one is no step: undo goes to the one before", () => {
    const { session, receive } = open();
    session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    session.injectFault(slowWeb);
    receive({ doc_faults: shop().faults, ack: { [session.outbox.sid]: 99 } });
    session.undo();
    expect(session.doc.nodes[2].instances).toBe(4);
  });

  test("survive a reload", () => {
    open().session.injectFault(slowWeb);
    expect(ids(open().session)).toEqual(["f1", "f2", "slow-1"]);
  });

  test("do not overtake the drawing they are aimed at", () => {
    const { session, sent } = open();
    session.edit((doc) => ({ ...doc, nodes: [...doc.nodes, { id: "new", kind: "service" }] }));
    session.injectFault({ ...slowWeb, target: "new" });
    session.edit((doc) => setNodeFields(doc, "new", { instances: 2 }));
    expect(types(sent)).toEqual(["doc", "fault_add", "doc"]);
  });
});

describe("playback", () => {
  test("asks for a run when there are no frames and starts when they come", () => {
    const { session, sent, receive } = open();
    session.play();
    expect(sent.at(-1)!.evs.at(-1)!.t).toBe("run");
    expect(session.clock.playing).toBe(false);
    receive({ ...run("r1"), ack: { [session.outbox.sid]: 1 } });
    expect(session.clock.playing).toBe(true);
  });

  test("new frames of another run keep the playhead and the play state", () => {
    const { session, receive } = open();
    receive(run("r1"));
    session.play();
    session.seek(2);
    receive(run("r2"));
    expect([session.clock.playhead_s, session.clock.playing, session.metrics.framesApplied]).toEqual([2, true, 2]);
  });

  test("another document, which has no run yet, is watched from its beginning", () => {
    const { session, receive } = open();
    receive(run("a"));
    session.seek(2);
    receive({ gen: 2, run: null, frames: null });
    expect(session.clock.playhead_s).toBe(0);
  });

  test("a partial run does not pull the playhead back, a finished one does", () => {
    const { session, receive } = open();
    receive(run("r1"));
    session.seek(3);
    const part = run("r2");
    receive({ run: { ...part.run!, state: "running" }, frames: { ...part.frames, n: 1 } });
    expect(session.clock.playhead_s).toBe(3);
    receive({ run: part.run, frames: { ...part.frames, n: 2, rev: 1 } });
    expect(session.clock.playhead_s).toBe(2);
  });

  test("an edit makes the frames stale, moving a card does not, undoing the edit makes them fresh", () => {
    const { session, receive } = open();
    receive(run("r1"));
    session.edit((doc) => setPoint(doc, "web", [7, 700]));
    expect(session.stale).toBe(false);
    session.edit((doc) => setNodeFields(doc, "web", { instances: 9 }));
    expect(session.stale).toBe(true);
    session.undo();
    expect(session.stale).toBe(false);
  });
});
