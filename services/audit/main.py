"""Builds the audit service and runs it: `python -m services.audit.main`."""

from __future__ import annotations

import grpc

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from services.audit import consumers
from services.audit.rpc import AuditDoor
from services.audit.wire import read_record
from shared import process
from shared.process import Parts

SERVICES = (audit_pb2.DESCRIPTOR.services_by_name["AuditService"],)


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the door and both consumers."""
    audit_pb2_grpc.add_AuditServiceServicer_to_server(
        AuditDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, system_database=parts.system_database),
        server,
    )
    parts.consume(consumers.apply_facts)
    parts.consume_from("AUDIT", read_record, consumers.apply_records)


def main() -> None:
    process.run("audit", build=build, services=SERVICES)


if __name__ == "__main__":
    main()
