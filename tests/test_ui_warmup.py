"""The kernel is compiled once per server, and a compiler that gives up holds nobody up for ever."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from ui import warmup


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A server that has just started on a machine without compiled code; returns what was started."""
    started: list[str] = []

    def start() -> Any:
        started.append("compiler")
        return SimpleNamespace(poll=lambda: None)

    monkeypatch.setattr(warmup, "_process", None)
    monkeypatch.setattr(warmup, "_started", False)
    monkeypatch.setattr(warmup.warm, "start", start)
    monkeypatch.setattr(warmup.warm, "is_warm", lambda: False)
    monkeypatch.setattr(warmup, "_load", lambda: started.append("loader"))
    return started


def test_many_visitors_start_one_compiler(cold: list[str]) -> None:
    visitors = [threading.Thread(target=warmup.begin) for _ in range(8)]
    for v in visitors:
        v.start()
    for v in visitors:
        v.join()
    assert cold.count("compiler") == 1


def test_nobody_waits_for_a_compiler_that_has_given_up(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    warmup.begin()
    assert not warmup.is_ready()
    monkeypatch.setattr(warmup, "_process", SimpleNamespace(poll=lambda: 1))
    assert warmup.is_ready()
