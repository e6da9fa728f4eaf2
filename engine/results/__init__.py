"""What a run comes to: totals, per-second tables, recovery from each fault, judged expectations."""

from engine.results.result import Result

__all__ = ["Result"]
