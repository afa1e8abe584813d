"""How the tests of the directory ask it, and a person to ask about; knows no expectation."""

from __future__ import annotations

from typing import Any

from plumbline.directory.v1 import directory_pb2
from shared import rpc_client
from tests.integration.ledger import request_id
from tests.integration.world import World

# No list of these tests is nearly as long: a walk that goes on is a walk in a circle.
MOST_PAGES = 500


async def ask(method: Any, request: Any, token: str) -> Any:
    """One call, with time enough for a busy machine."""
    return await rpc_client.call(method, request, token=token, deadline_s=10)


async def pages(method: Any, request: Any, token: str) -> list[Any]:
    """Every page of a list, from the first to the one that names no next."""
    answers = [await ask(method, request, token)]
    while answers[-1].next_page_token:
        assert len(answers) < MOST_PAGES, "the list does not end"
        request.page_token = answers[-1].next_page_token
        answers.append(await ask(method, request, token))
    return answers


def a_person(world: World, code: str, **changes: Any) -> directory_pb2.CreatePersonRequest:
    """Somebody who can be entered at a unit, unless the changes say otherwise."""
    unit = world.unit(code)
    fields = {
        "request_id": request_id(),
        "parent": f"tenants/{unit.tenant}",
        "display_name": "某同志",
        "unit": unit.id,
        "post": "办公室负责人",
    }
    return directory_pb2.CreatePersonRequest(**{**fields, **changes})


def a_grant(world: World, person: str, code: str, **changes: Any) -> directory_pb2.CreateGrantRequest:
    """A clerk's grant over a unit that anybody there can give, unless the changes say otherwise."""
    fields = {
        "request_id": request_id(),
        "person": person,
        "role": "unit_clerk",
        "unit": world.unit(code).id,
        "clearance": 1,
    }
    return directory_pb2.CreateGrantRequest(**{**fields, **changes})
