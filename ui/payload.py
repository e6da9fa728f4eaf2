"""The data the canvas is drawn from, exactly as its protocol says."""

from __future__ import annotations

from typing import Any

from canvas import f32
from ui import advice, run_info
from ui.frames import ARRAYS
from ui.runner import Status
from ui.store import Store
from ui.strip import strip


def payload(store: Store, catalogue: dict[str, Any]) -> dict[str, Any]:
    """JSON beside, when there are frames, one long float32 column per array: the form that reaches the browser fastest."""
    status = store.status()
    data: dict[str, Any] = {
        "gen": store.gen,
        "doc": store.document,
        "untouched": store.untouched,
        "doc_faults": store.document.get("faults") or [],
        "catalogue": catalogue,
        "problems": store.problems,
        "advice": advice.of(store),
        "run": run_meta(store, status),
        "frames": None,
    }
    if status.frames is not None:
        data["frames"] = status.frames.meta
        for name in ARRAYS:
            data[name] = f32(getattr(status.frames, name))
    return data


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
