"""How functions are compiled, where the result is kept, and what happens without a compiler.

Numba's disk cache does not notice an edit in another file, so the cache directory is named after a hash of every kernel source and of
the versions that matter. Without Numba, or with ``NUMBA_DISABLE_JIT=1``, the same source runs interpreted: slow, but for pdb and tests.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

try:
    import numba

    COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "1"
    _numba_version = numba.__version__
except ImportError:  # no wheel for this platform, e.g. Intel Macs
    COMPILED = False
    _numba_version = "none"


def cache_key() -> str:
    """Twelve hex digits that change whenever compiled code could: kernel sources, Python, NumPy, Numba, processor."""
    digest = hashlib.blake2b(digest_size=6)
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    digest.update(repr((sys.version_info[:3], np.__version__, _numba_version, platform.machine())).encode())
    return digest.hexdigest()


def cache_dir() -> Path:
    """A writable directory for compiled code: the user's cache directory, else the system's temporary one."""
    name = f"kernel-{cache_key()}"
    for base in (os.environ.get("FAULTLINE_CACHE_DIR"), platformdirs.user_cache_dir("faultline"), tempfile.gettempdir() + "/faultline"):
        if not base:
            continue
        path = Path(base) / name
        try:
            path.mkdir(parents=True, exist_ok=True)
            if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
                continue  # somebody else's: compiled code is not read from there
            probe = path / f".write-{os.getpid()}"
            probe.touch()
            probe.unlink()
            return path
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix=f"faultline-{name}-"))


CACHE_DIR = cache_dir()


if COMPILED:
    from engine.kernel.unsigned import with_unsigned_indices

    numba.config.CACHE_DIR = str(CACHE_DIR)  # type: ignore[attr-defined]  # made at run time
    _shared: dict[str, Any] = {"error_model": "numpy"}
    _hidden: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
    try:
        from engine.kernel.pipeline import InnerKernel, Kernel
    except (ImportError, AttributeError):  # a Numba whose inside looks different: its own pipeline takes longer
        pass
    else:
        _shared["pipeline_class"], _hidden["pipeline_class"] = Kernel, InnerKernel


def _compile(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    compiled: Callable[..., Any] = numba.njit(with_unsigned_indices(function), **options)
    return compiled


def tiny(function: Callable[..., Any]) -> Callable[..., Any]:
    """A leaf helper, always inlined."""
    return _compile(function, forceinline=True, **_hidden) if COMPILED else function


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Called from compiled code only."""
    return _compile(function, **_hidden) if COMPILED else function


def entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """Called from Python; cached on disk; releases the interpreter lock."""
    return _compile(function, cache=True, nogil=True, **_shared) if COMPILED else function
