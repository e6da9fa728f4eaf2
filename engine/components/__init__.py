"""Every kind of node, one file each. A new file in this folder is found by itself."""

from __future__ import annotations

from engine.components.base import TIERS, Component
from engine.found import found

# Kinds of the document format that this version does not have; naming one is answered with a sentence of its own.
NOT_YET: tuple[str, ...] = ()


def _by_kind() -> dict[str, type[Component]]:
    kinds = {cls.model_fields["kind"].default: cls for cls in found(__name__, Component)}
    kinds.pop("", None)  # what several kinds have in common
    return dict(sorted(kinds.items(), key=lambda item: (TIERS.index(item[1].tier), item[0])))


COMPONENTS = _by_kind()
