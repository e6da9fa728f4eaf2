"""Where results are to be written, looked at before anything is simulated: a run of minutes must not end in a spelling mistake."""

from __future__ import annotations

import os
from pathlib import Path

import click


def check_folder(folder: Path, option: str) -> None:
    """Complain about a folder that can neither be written to nor be made."""
    for place in (folder, *folder.parents):
        if place.exists():
            if not place.is_dir():
                raise _bad(folder, option, f"{place} is not a folder")
            if not os.access(place, os.W_OK | os.X_OK):
                raise _bad(folder, option, f"{place} may not be written to")
            return


def check_file(file: Path, option: str) -> None:
    """Complain about a file that cannot be written."""
    if file.is_dir():
        raise _bad(file, option, "it is a folder")
    if not file.parent.is_dir():
        raise _bad(file, option, f"there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise _bad(file, option, "no permission to write there")


def _bad(path: Path, option: str, why: str) -> click.BadParameter:
    return click.BadParameter(f"cannot write to {path}: {why}.", param_hint=option)
