"""Becomes another program that dies with its parent: run as a script, in a fresh interpreter, before the real child.

`python -I -S tied.py DEATH_SIGNAL PARENT_PID UID GID PROGRAM ARGUMENT...`, where UID and GID are -1 to stay who we are.

A script of its own instead of subprocess's preexec_fn, because that makes Python fork: gRPC's fork handlers then run
in the child and now and again abort it (seen with grpcio 1.85.1). Without preexec_fn, uid and gid Python uses vfork,
which runs no handlers. Knows only the standard library, so that it starts in some 10 ms.
"""

from __future__ import annotations

import ctypes
import os
import sys

# `prctl(2)`: the kernel sends this signal to us when the thread that spawned us ends.
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop privileges, tie ourselves to the parent, become the program."""
    death_signal, parent, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which clears it.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            # The parent died before the call: nobody would ever tell us.
            os._exit(1)
    try:
        os.execve(command[0], command, os.environ)  # noqa: S606
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
