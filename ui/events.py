"""What the canvas asks for, done on the store. One function per type of event; nothing here knows Streamlit.

The canvas repeats every event until it is acknowledged, so an event may arrive twice: numbers decide what is new.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import Any

from canvas import new_events
from engine.document import ScenarioError, parse
from ui import store as stores
from ui.faults import find, fresh_id, names
from ui.store import Store

log = logging.getLogger(__name__)

Event = dict[str, Any]


def handle(store: Store, message: dict[str, Any] | None) -> None:
    """Do every event of a message that has not been done before, in order, and remember it as done."""
    for event in new_events({"ack": store.acks}, message):
        handler = HANDLERS.get(str(event.get("t")))
        if handler is None:
            log.warning("The canvas sent an event of the unknown type %r", event.get("t"))
            continue
        try:
            handler(store, event)
            store.touched = store.touched or event["t"] not in ("seek", "resend")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.exception("An event of the canvas could not be understood")
            store.refusal = f"The canvas sent {event.get('t')!r} in a form that was not understood ({error})."


def on_doc(store: Store, event: Event) -> None:
    """A whole document: after a committed edit, or the first one of a session, brought back from before a reload.

    Faults are Python's: they stay through an edit, but for those whose target was deleted. One whose target was renamed follows it.
    """
    if event["gen"] != store.gen:
        return
    if store.untouched:
        stores.restore(store, event["doc"])
        return
    document = {key: value for key, value in event["doc"].items() if key != "faults"}
    gone = names(store.document) - names(document)
    aimed = [_aimed_anew(fault, event["doc"]) for fault in _faults(store)]
    faults = [f for f in aimed if str(f.get("target", "")).split("[")[0] not in gone]
    if faults:
        document["faults"] = faults
    stores.edit(store, document)


def on_run(store: Store, event: Event) -> None:
    """Play was pressed without fresh frames."""
    stores.start(store)


def on_cancel(store: Store, event: Event) -> None:
    """Stop the run; what it has measured stays playable."""
    store.runner.cancel()


def on_fault_add(store: Store, event: Event) -> None:
    """Break something. After a first run the effect is simulated at once."""
    fault = {"id": "", "kind": event["kind"], "target": event["target"], "at_s": event["at_s"], **(event.get("params") or {})}
    if event.get("for_s") is not None:
        fault["for_s"] = event["for_s"]
    faults = _faults(store)
    wanted = event.get("id")
    fault["id"] = fresh_id(faults, str(event["kind"])) if wanted is None or find(faults, wanted) is not None else str(wanted)
    _replace_faults(store, [*faults, fault])


def on_fault_edit(store: Store, event: Event) -> None:
    """Move, stretch or change a fault; a length of null lets it last until the end."""
    faults = _faults(store)
    index = find(faults, str(event["id"]))
    if index is None:
        return
    changes = {key: event[key] for key in ("at_s", "for_s") if key in event}
    changed = {**faults[index], **changes, **(event.get("params") or {})}
    faults[index] = {key: value for key, value in changed.items() if value is not None}
    _replace_faults(store, faults)


def on_fault_remove(store: Store, event: Event) -> None:
    """Take one fault out of the story."""
    faults = _faults(store)
    index = find(faults, str(event["id"]))
    if index is not None:
        del faults[index]
        _replace_faults(store, faults)


def on_faults_clear(store: Store, event: Event) -> None:
    """Take all faults out."""
    if _faults(store):
        _replace_faults(store, [])


def on_faults_set(store: Store, event: Event) -> None:
    """An undo or redo: all faults as they were. Only frames that were fresh follow at once; others wait for the next run."""
    _replace_faults(store, copy.deepcopy(list(event["faults"])), only_fresh=True)


def on_seed(store: Store, event: Event) -> None:
    """Other random draws. A run on screen is repeated with them."""
    seed = int(event["seed"])
    if seed < 0:
        store.refusal = f"Seed {seed}: a seed is a whole number from 0 on."
        return
    if seed != store.seed:
        store.seed = seed
        if store.has_run:
            stores.start(store)


def on_variant(store: Store, event: Event) -> None:
    """Show the base or another variant."""
    stores.choose_variant(store, event.get("id"))


def on_seek(store: Store, event: Event) -> None:
    """Where the playhead rests."""
    store.playhead_s = max(0.0, float(event["t_s"]))


def on_resend(store: Store, event: Event) -> None:
    """The canvas has not what the last message goes on from: everything again."""
    store.held = stores.Held()


HANDLERS: dict[str, Callable[[Store, Event], None]] = {
    "doc": on_doc,
    "run": on_run,
    "cancel": on_cancel,
    "fault_add": on_fault_add,
    "fault_edit": on_fault_edit,
    "fault_remove": on_fault_remove,
    "faults_clear": on_faults_clear,
    "faults_set": on_faults_set,
    "seed": on_seed,
    "variant": on_variant,
    "seek": on_seek,
    "resend": on_resend,
}


def _aimed_anew(fault: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The fault with the target it has in a document of the canvas: a rename rewrites it there, and nothing else ever changes it."""
    twin: dict[str, Any] = next((f for f in document.get("faults") or [] if f.get("id") == fault.get("id")), {})
    return {**fault, **{key: twin[key] for key in ("target", "between") if key in twin}}


def _faults(store: Store) -> list[dict[str, Any]]:
    return copy.deepcopy(list(store.document.get("faults") or []))


def _replace_faults(store: Store, faults: list[dict[str, Any]], only_fresh: bool = False) -> None:
    """Give the drawing other faults; one that cannot be is refused with its problem and changes nothing."""
    document = {**store.document, "faults": faults}
    if not faults:
        document.pop("faults")
    try:
        parse(document)
    except ScenarioError as error:
        wrong = [p for p in error.problems if p.path.startswith("faults")] if store.problems else error.problems
        if wrong:
            store.refusal = "; ".join(f"{p.path}: {p.message}" for p in wrong)
            return
    fresh = not store.stale
    if not stores.edit(store, document) or not store.has_run:
        return
    if store.stale and (fresh or not only_fresh):
        stores.start(store, branch=fresh)
