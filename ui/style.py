"""The few pixels Streamlit has no option for: less air above the canvas."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

IMAGES = Path(__file__).parent / "images"
ICON = str(IMAGES / "icon.svg")  # a file of ours: icons by name are fetched from a public host
LOGO = str(IMAGES / "logo.svg")

CSS = """
[data-testid="stMainBlockContainer"] { padding: 3.75rem 1.25rem 2rem; }
"""


def style() -> None:
    """Put the style sheet on the page."""
    st.html(f"<style>{CSS}</style>")
