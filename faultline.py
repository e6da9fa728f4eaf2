"""The engine's public names under the product's own, and ``python -m faultline`` for the command line.

Streamlit finds the canvas's files through this module: it looks for one with the name of the installed distribution.
"""

from __future__ import annotations

import sys
from typing import Any

import engine

__all__ = [*engine.__all__]


def __getattr__(name: str) -> Any:
    """Public names come from the engine, when first used."""
    return getattr(engine, name)


def __dir__() -> list[str]:
    return __all__


if __name__ == "__main__":
    from engine.cli import main

    sys.exit(main())
