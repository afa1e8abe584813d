"""A job waits for a server that is away, says so once a reason, and does not wait for ever."""

from __future__ import annotations

import pytest

from shared.patience import until_it_answers


class Time:
    """Moves only when somebody pauses."""

    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now


class Server:
    """Answers after some refusals."""

    def __init__(self, *refusals: Exception) -> None:
        self._refusals = list(refusals)
        self.answered = 0

    def ask(self) -> None:
        if self._refusals:
            raise self._refusals.pop(0)
        self.answered += 1


def wait_for(server: Server, *, patience_s: float) -> None:
    time = Time()
    until_it_answers(
        "the server", server.ask, away=(OSError,), patience_s=patience_s, pause=time.pause, clock=time.clock
    )


def test_a_server_that_comes_later_is_waited_for_and_each_reason_is_said_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = Server(OSError("no such host"), OSError("refused"), OSError("refused"))

    wait_for(server, patience_s=60)

    assert server.answered == 1
    assert capsys.readouterr().err.splitlines() == [
        "waiting for the server: no such host",
        "waiting for the server: refused",
    ]


def test_patience_ends_with_the_last_reason() -> None:
    server = Server(*[OSError(f"refused {number}") for number in range(1000)])

    with pytest.raises(OSError, match="refused"):
        wait_for(server, patience_s=30)


def test_what_waiting_does_not_cure_is_raised_at_once() -> None:
    with pytest.raises(ValueError, match="wrong"):
        wait_for(Server(ValueError("wrong")), patience_s=60)
