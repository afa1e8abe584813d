"""How a thing's life is told by a table: (state, deed) to the state after it; what is not there is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from shared.errors import WrongState

State = TypeVar("State", bound=Enum)
Deed = TypeVar("Deed", bound=Enum)


def after(steps: Mapping[tuple[State, Deed], State], state: State, deed: Deed, *, name: str) -> State:
    """The state after a deed. Raises WrongState, which says in which states it is possible.

    A deed's value completes "... must be OPEN to be <value>". name: the resource's, for the refusal.
    """
    found = steps.get((state, deed))
    if found is None:
        allowed = [start.value for start, step in steps if step is deed]
        raise WrongState(
            f"{name} is {state.value}; it must be {' or '.join(allowed)} to be {deed.value}",
            state=state.value,
            allowed=",".join(allowed),
            resource=name,
        )
    return found
