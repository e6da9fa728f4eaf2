"""What a drawing costs in a month, approximately: from its fields alone, or from what a run has counted. One file prices one kind."""

from __future__ import annotations

from engine.cost.base import Price
from engine.cost.estimate import Estimate, NodeCost
from engine.cost.estimating import of_drawing, of_run
from engine.found import found

__all__ = ["PRICES", "Estimate", "NodeCost", "of_drawing", "of_run"]

PRICES: dict[str, Price] = {kind: cls() for cls in found(__name__, Price) for kind in cls.kinds}

