"""Registration of the bundle with Streamlit: as files of the installed distribution, or, from a bare clone, as text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

NAME = "faultline.canvas"  # distribution and component, as the manifest in pyproject.toml names them
BUILD = Path(__file__).parent / "build"


@cache
def component() -> Callable[..., Any]:
    """The component, registered once per process. Served as files it costs 4 kB a message and the browser keeps the bundle."""
    try:
        return st.components.v2.component(NAME, js="canvas-*.js", css="canvas-*.css", isolate_styles=True)
    except StreamlitAPIException:  # not installed, so Streamlit found no manifest: the bundle travels in the messages
        return st.components.v2.component(NAME, js=inline(".js"), css=inline(".css"), isolate_styles=True)


def inline(suffix: str) -> str:
    """The bundle as text. The comment line makes Streamlit see text: it takes a single line for a path."""
    files = sorted(BUILD.glob(f"canvas-*{suffix}"))
    if len(files) != 1:
        raise FileNotFoundError(f"{BUILD} holds {len(files)} files canvas-*{suffix}, not one: run `make canvas`")
    return f"/* inline */\n{files[0].read_text(encoding='utf-8')}"
