"""The data the canvas is drawn from, exactly as its protocol says."""

from __future__ import annotations

from typing import Any

from canvas import f32
from ui import advice, run_info
from ui.frames import ARRAYS
from ui.runner import Status
from ui.snapshot import Snapshot
from ui.store import Held, Store
from ui.strip import strip

# The columns of frames.
SAME = ("dt", "node_ids", "node_fields", "edge_ids", "edge_fields", "instances", "inst_fields", "targets", "target_fields", "marks")


def payload(store: Store, catalogue: dict[str, Any]) -> dict[str, Any]:
    """JSON beside, when there are frames, one long float32 column per array: the form that reaches the browser fastest.

    What the canvas holds already is left out: the catalogue, and the rows of frames that have not changed. Where it holds something else
    after all, it asks for everything again (`ui.events.on_resend`).
    """
    status, held = store.status(), store.held
    data: dict[str, Any] = {
        "gen": store.gen,
        "doc": store.document,
        "untouched": store.untouched,
        "doc_faults": store.document.get("faults") or [],
        "catalogue": None if held.catalogue else catalogue,
        "problems": store.problems,
        "advice": advice.of(store),
        "run": run_meta(store, status),
        "frames": None,
    }
    if status.frames is not None:
        base = base_of(held.frames, status.frames.meta, status.snapshot)
        data["frames"] = {**status.frames.meta, "base": base}
        for name in ARRAYS:
            rows = getattr(status.frames, name)[base["n"] if base else 0 :]
            if len(rows):
                data[name] = f32(rows)
    store.held = Held(True, status.frames.meta if status.frames else None)
    return data


def base_of(held: dict[str, Any] | None, meta: dict[str, Any], shown: Snapshot | None) -> dict[str, Any] | None:
    """The run, and how many rows of it, that new frames go on from; None when the canvas has to get them all.

    The last row may stand for less than its seconds, so it is sent again. A branch shares the rows of the run it left up to that instant.
    """
    if held is None or any(held[key] != meta[key] for key in SAME):
        return None
    if held["id"] == meta["id"]:
        rows = held["n"] if held["rev"] == meta["rev"] else min(held["n"], meta["n"]) - 1
    elif shown is not None and shown.branched_at_s is not None and held["id"] == shown.branch_of:
        rows = min(held["n"] - 1, meta["n"], int(shown.branched_at_s // meta["dt"]))
    else:
        return None
    return {"id": held["id"], "n": rows} if rows > 0 else None


def run_meta(store: Store, status: Status) -> dict[str, Any] | None:
    """How the run is going and, as far as it has come, what happened in it; None before the first one."""
    job, shown = status.job, status.snapshot
    if job is None and not store.refusal:
        return None
    scenario = job.scenario if job else store.scenario
    return {
        "id": status.run_id,
        "state": status.state if job else "failed",
        "message": store.refusal or status.message,
        "progress": status.fraction,
        "seed": job.seed if job else store.seed,
        "variant": job.variant if job else store.variant,
        "duration_s": scenario.duration_s if scenario else 0.0,
        "warmup_s": scenario.warmup_s if scenario else 0.0,
        "frames_until_s": float(shown.rows) if shown else 0.0,
        "stale": store.stale,
        "branched_at_s": shown.branched_at_s if shown else None,
        "faults": run_info.faults(shown.plan) if shown else [],
        "phases": run_info.phases(shown.result.log) if shown else [],
        "events": run_info.log(shown.result.log) if shown else [],
        "strip": strip(run_info.totals_of(shown.result), shown.objectives) if shown and shown.final else [],
    }
