"""The same meaning in plain SimPy, written without regard for speed: the measure the compiled kernel is compared with, request by request.

With ``exact=True`` it makes the kernel's counter-based draws (in pure Python), so counts must be equal, not similar; with ``exact=False``
it uses `random.Random`, which is the fair opponent in a race.
"""

from engine.oracle.simulation import Oracle

__all__ = ["Oracle"]
