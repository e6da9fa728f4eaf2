"""The kernel is compiled by a process of its own while the page is already there, and then loaded before anybody asks for a run."""

from __future__ import annotations

import gc
import subprocess
import threading
import time
from importlib import import_module

from engine import warm

LOOK_S = 0.2

_lock = threading.Lock()
_process: subprocess.Popen[bytes] | None = None
_started = False


def begin() -> None:
    """Start compiling, once per server, when it has not been done on this machine yet; load the result when it is there."""
    global _process, _started
    with _lock:
        if _started:
            return
        _process, _started = warm.start(), True
        threading.Thread(target=_load, name="faultline-warm-up", daemon=True).start()


def is_ready() -> bool:
    """Whether a run would start at once; also when the process has given up, for then the run has to compile by itself."""
    return warm.is_warm() or (_process is not None and _process.poll() is not None)


def _load() -> None:
    """Load the compiled code into this process by a run of eight simulated seconds, so that the first visitor's run need not.

    Streamlit collects garbage after every run of a page, a click on the canvas included. Over the libraries' 225 000 objects that
    takes 0.2 s, during which nothing else moves; set aside as permanent they cost nothing.
    """
    while not is_ready():
        time.sleep(LOOK_S)
    if warm.is_warm():
        warm.warm()
    import_module("ui.charts").all_charts()
    gc.collect()
    gc.freeze()
