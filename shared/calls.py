"""The call being answered: who, which action, which request; set by the door, read by whoever records a fact."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from shared.identity import Grant, Identity


@dataclass(frozen=True)
class Call:
    """One call at a door. `mutates` is false for methods declared NO_SIDE_EFFECTS in the contract."""

    identity: Identity
    service: str
    method: str
    action: str
    mutates: bool
    request_id: str
    request_digest: bytes
    traceparent: str
    trace_id: str
    received: datetime
    # When the door ends it. Told to methods that go on for as long as their caller listens, which end before.
    ends: datetime | None = None


# Async handlers see what the door has set (pitfalls.md 4); nothing else may set it.
CURRENT: ContextVar[Call] = ContextVar("plumbline_call")


def current() -> Call:
    """The call being answered in this task. Raises LookupError outside of a door."""
    return CURRENT.get()


def system_call(service: str, *, action: str, now: datetime, traceparent: str = "", trace_id: str = "") -> Call:
    """A call by the service itself: its consumers, its sweeps, its start. Runs under the service's system role."""
    return Call(
        identity=Identity(
            subject=f"service:{service}",
            tenant="",
            grant=Grant(role="service", line="territorial", path="", clearance=3),
        ),
        service=service,
        method="",
        action=action,
        mutates=False,
        request_id="",
        request_digest=b"",
        traceparent=traceparent,
        trace_id=trace_id,
        received=now,
    )
