"""The few pixels Streamlit has no option for: less air above the canvas, a story of two lines."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

IMAGES = Path(__file__).parent / "images"
ICON = str(IMAGES / "icon.svg")  # a file of ours: icons by name are fetched from a public host
LOGO = str(IMAGES / "logo.svg")

CSS = """
[data-testid="stMainBlockContainer"] { padding: 3.75rem 1.25rem 2rem; }
.st-key-story { gap: .75rem; }
.st-key-story [data-testid="stCaptionContainer"] p {
  display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; margin: 0; max-width: 150ch;
}
"""


def style() -> None:
    """Put the style sheet on the page."""
    st.html(f"<style>{CSS}</style>")
