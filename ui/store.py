"""Everything a visitor has: the drawing, its last good reading, the runs. Plain data and rules over it, no Streamlit."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from typing import Any

from engine.document import Scenario, ScenarioError, loads, parse
from ui.faults import named
from ui.runner import Job, Runner, Status
from ui.snapshot import Snapshot

Document = dict[str, Any]
BLANK_REGION = {"id": "us-east-1", "azs": ["us-east-1a", "us-east-1b", "us-east-1c"]}
COSMETIC = ("layout", "title", "story", "reading", "expect", "objectives", "variants", "seed")  # changing these leaves a run as it was


@dataclass(frozen=True)
class Held:
    """What the visitor's canvas has been sent and keeps: whether the catalogue, and the ``meta`` of the latest frames."""

    catalogue: bool = False
    frames: Document | None = None


@dataclass
class Store:
    """State of one browser session.

    ``base`` is the document as loaded or edited; while a variant is shown, ``document`` is the varied one. An edited variant is kept
    apart in ``edited``, so looking at another variant and coming back loses nothing. ``gen`` rises when Python replaces the drawing;
    edits the canvas made to an older one are dropped. ``acks`` holds the last event number seen of each canvas.
    """

    runner: Runner
    base: Document
    document: Document
    scenario: Scenario | None = None  # last good reading of `document`
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    gen: int = 1
    acks: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    touched: bool = False  # whether the visitor has done anything to the drawing
    linked: bool = False  # whether the address of the page named the preset
    refusal: str = ""  # why the last wish was not granted, in a sentence
    preset: str | None = None
    variant: str | None = None
    edited: dict[str, Document] = field(default_factory=dict)
    seed: int = 1
    playhead_s: float = 0.0
    previous: Snapshot | None = None
    upload_problems: list[dict[str, str]] = field(default_factory=list)
    upload_name: str = ""
    held: Held = Held()
    advised: tuple[Scenario, list[dict[str, Any]]] | None = None  # the last reading that was looked at, and what it was told

    def status(self) -> Status:
        """The background run as it is now."""
        return self.runner.status()

    @property
    def stale(self) -> bool:
        """Whether the drawing differs from the one that was run in more than looks."""
        job = self.status().job
        return job is not None and self.scenario is not None and _physics(self.scenario) != _physics(job.scenario)

    @property
    def has_run(self) -> bool:
        """Whether the drawing, or an earlier state of it, has been sent off to run."""
        return self.status().job is not None

    @property
    def untouched(self) -> bool:
        """Whether this is still what every new session starts with, so that a canvas with an older drawing may bring it back."""
        return self.gen == 1 and not self.touched

    def variants(self) -> list[tuple[str, str]]:
        """(id, title) of every variant the base document offers."""
        return [(v["id"], v.get("title") or v["id"]) for v in self.base.get("variants") or [] if isinstance(v, dict) and v.get("id")]

    def variant_entry(self) -> Document:
        """What the base says about the variant on screen; empty for the base itself."""
        return next((v for v in self.base.get("variants") or [] if v.get("id") == self.variant), {})


def _physics(scenario: Scenario) -> Document:
    return {key: value for key, value in scenario.to_dict().items() if key not in COSMETIC}


def new_store(scenario: Scenario, preset: str | None = None, runner: Runner | None = None) -> Store:
    """A fresh session that shows this scenario."""
    document = named(scenario)
    seed = scenario.seed
    return Store(runner or Runner(), base=document, document=document, scenario=parse(document), preset=preset, seed=seed)


def problems_of(error: ScenarioError) -> list[dict[str, str]]:
    """The problems of a document as the canvas and the page list them."""
    return [{"path": p.path, "message": p.message} for p in error.problems]


def load_text(store: Store, text: str | bytes, name: str) -> bool:
    """Replace the drawing by an uploaded YAML or JSON document. A broken one changes nothing; its problems are kept for the page."""
    store.upload_name = name
    try:
        scenario = loads(text, name)
    except ScenarioError as error:
        store.upload_problems = problems_of(error)
        return False
    load_scenario(store, scenario)
    return True


def load_scenario(store: Store, scenario: Scenario, preset: str | None = None) -> None:
    """Replace the drawing, with everything that belonged to the one before."""
    store.runner.forget()
    document = named(scenario)
    _begin(store, document, parse(document), preset)


def blank() -> Document:
    """An empty sheet: one Region of three AZs with nothing in it. It cannot run before something is drawn."""
    return {"faultline": 1, "title": "Untitled", "regions": [copy.deepcopy(BLANK_REGION)], "nodes": []}


def load_blank(store: Store) -> None:
    """Replace the drawing by an empty sheet."""
    _begin(store, blank(), None, None)


def _begin(store: Store, document: Document, scenario: Scenario | None, preset: str | None) -> None:
    store.runner.forget()
    store.base, store.preset, store.variant = document, preset, None
    store.edited, store.previous, store.upload_problems = {}, None, []
    store.playhead_s, store.seed = 0.0, scenario.seed if scenario else 1
    show(store, document, scenario)


def show(store: Store, document: Document, scenario: Scenario | None) -> None:
    """Put another document on the canvas."""
    store.document, store.scenario, store.problems, store.refusal = document, scenario, [], ""
    store.gen += 1


def edit(store: Store, document: Document) -> bool:
    """The visitor changed the drawing. A broken one stays on the canvas with its problems; the last good reading stays runnable."""
    if document == store.document:
        return True
    if document.get("title") != store.document.get("title"):
        store.preset = None  # another drawing: renamed, or brought back by the browser after a reload
    good = _take(store, document)
    if store.variant is None:
        store.base = document
    else:
        store.edited[store.variant] = document
    return good


def restore(store: Store, document: Document) -> None:
    """The browser kept a drawing that this session has not seen: it replaces the one every session starts with.

    Unless the visitor followed a link to another preset: then that is what the canvas shall show.
    """
    if store.linked and document.get("title") != store.document.get("title"):
        store.gen += 1
        return
    edit(store, document)
    if store.scenario is not None and not store.problems:
        edit(store, named(store.scenario))
        store.seed = store.seed if store.linked else store.scenario.seed


def _take(store: Store, document: Document) -> bool:
    store.document = document
    try:
        store.scenario = parse(document)
    except ScenarioError as error:
        store.problems = problems_of(error)
        return False
    store.problems, store.refusal = [], ""
    return True


def choose_variant(store: Store, variant: str | None) -> bool:
    """Show the base (None) or a variant of it; an edited one as it was left. Runs again when there was a run to compare with."""
    if variant == store.variant:
        return True
    known = dict(store.variants())
    if variant is not None and variant not in known:
        store.refusal = f"There is no variant {variant!r}; the variants are {', '.join(known) or 'none'}."
        return False
    try:
        document = store.base if variant is None else store.edited.get(variant) or varied(store.base, variant)
        scenario = parse(document)
    except ScenarioError as error:
        store.problems = problems_of(error)
        return False
    store.variant = variant
    show(store, document, scenario)
    if store.has_run:
        start(store)
    return True


def varied(base: Document, variant: str) -> Document:
    """The base with the variant's change applied. It keeps no variants of its own: they belong to the base."""
    document = named(parse(base).variant(variant))
    document.pop("variants", None)
    return document


def start(store: Store, branch: bool = False) -> bool:
    """Run the drawing. The run before becomes the one to compare with; a branch shares all it can with it."""
    if not store.document.get("nodes"):
        store.refusal = "There is nothing to run yet: drag clients and a service onto the canvas and connect them."
        return False
    if store.problems or store.scenario is None:
        count = len(store.problems)
        store.refusal = f"The drawing has {count} {'problem' if count == 1 else 'problems'} to mend before it can run."
        return False
    shown = store.status().snapshot
    if shown is not None and shown.final:
        store.previous = shown
    store.refusal = ""
    store.runner.submit(Job(store.scenario, store.seed, store.variant, branch))
    return True


def to_save(store: Store) -> Scenario | None:
    """The shown drawing with the chosen seed, for saving; of an unfinished one the last good reading, None before there was any."""
    return store.scenario.model_copy(update={"seed": store.seed}) if store.scenario else None
