"""Every kind of fault, one file each. A new file in this folder is found by itself. What people reach for comes first, a
library's names last."""

from __future__ import annotations

from engine.faults.base import Fault
from engine.found import found


def _by_kind() -> dict[str, type[Fault]]:
    kinds = {cls.model_fields["kind"].default: cls for cls in found(__name__, Fault)}
    kinds.pop("", None)  # what several kinds have in common
    return dict(sorted(kinds.items(), key=lambda item: (item[1].library, item[1].rank, item[0])))


FAULTS = _by_kind()
