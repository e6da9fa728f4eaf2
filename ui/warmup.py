"""The kernel is compiled by a process of its own while the page is already there."""

from __future__ import annotations

import subprocess
import threading

from engine import warm

_lock = threading.Lock()
_process: subprocess.Popen[bytes] | None = None
_started = False


def begin() -> None:
    """Start compiling, once per server, when it has not been done on this machine yet."""
    global _process, _started
    with _lock:
        if not _started:
            _process, _started = warm.start(), True


def is_ready() -> bool:
    """Whether a run would start at once; also when the process has given up, for then the run has to compile by itself."""
    return warm.is_warm() or (_process is not None and _process.poll() is not None)
