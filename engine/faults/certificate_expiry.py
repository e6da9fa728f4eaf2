"""A certificate has run out: whoever connects is turned away before a word is said."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class CertificateExpiry(Fault):
    """Every handshake fails, in every AZ at once. Health checks that do not look at certificates go on passing."""

    kind: Literal["certificate_expiry"] = "certificate_expiry"
    label: ClassVar = "Certificate expiry"
    group: ClassVar = "Errors"
    summary: ClassVar = "Every connection fails at its handshake, in all AZs at once; the machines are fine."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("station", "cache", "store", "function", "queue", "topic")
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"The certificate of {self.target} has expired: every handshake with it fails"

    def apply(self, live: Live, reach: Reach) -> None:
        live.add_errors(reach.instances, 1)
