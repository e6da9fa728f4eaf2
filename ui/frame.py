"""What surrounds every page: navigation, style and the first compilation, all in ``app.py``.

A server that has just started takes the folder ``pages`` for Streamlit's older kind of app until ``st.navigation`` has run once: somebody
who opens the address of a page then gets that file alone, with a navigation of Streamlit's own beside it.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import streamlit as st

APP = Path(__file__).parent.parent / "app.py"
_here = False  # whether app.py has run in this process; from then on it always runs first


def begin() -> None:
    """Called by ``app.py``."""
    global _here
    _here = True


def complete() -> None:
    """Called first by every page: run ``app.py``, which runs the page in turn, where the server has not."""
    if not _here:
        runpy.run_path(str(APP), run_name="__main__")
        st.stop()
