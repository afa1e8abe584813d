"""Runs buf's lint on our contract, and its breaking check against what main holds; knows buf and git only.

buf works on a descriptor image here, because third-party contracts come from installed packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT.parent
BUF = Path(sys.executable).parent / "buf"


def image(source: Path, target: Path) -> None:
    """The descriptor image of the contract in source, by that tree's own generator."""
    run([sys.executable, str(source / "protos" / "generate.py"), "--image", str(target)], cwd=source)


def run(command: list[str], *, cwd: Path = PROJECT) -> None:
    """Runs a command; ends the process with its exit code when it fails."""
    done = subprocess.run(command, cwd=cwd, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


def base_commit() -> str | None:
    """The commit to compare with: what BASE names, else where we left the other side's main, else what there was
    before today's work, else the one before HEAD.

    None in a repository with one commit.
    """
    named = os.environ.get("BASE")
    if named:
        return git("rev-parse", "--verify", "--quiet", f"{named}^{{commit}}")
    head, main_line = git("rev-parse", "HEAD"), git("merge-base", "HEAD", "origin/main")
    if main_line and main_line != head:
        return main_line
    return git("rev-list", "-1", "--before=12 hours ago", "HEAD") or git("rev-parse", "--verify", "--quiet", "HEAD~1")


def git(*arguments: str) -> str | None:
    """What git answers, or None where it answers nothing."""
    found = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / "new.binpb"
        image(PROJECT, new)
        paths = sorted(str(path.parent.relative_to(ROOT)) for path in (ROOT / "plumbline").rglob("*.proto"))
        run([str(BUF), "lint", str(new), *(f"--path={path}" for path in dict.fromkeys(paths))])
        commit = base_commit()
        if commit is None:
            print("buf breaking: there is no earlier contract to compare with")
            return
        old_tree = Path(folder) / "old"
        run(["git", "worktree", "add", "--quiet", "--detach", str(old_tree), commit])
        try:
            if not (old_tree / "protos" / "generate.py").exists():
                print(f"buf breaking: {commit[:10]} has no contract to compare with")
                return
            old = Path(folder) / "old.binpb"
            image(old_tree, old)
            run([str(BUF), "breaking", str(new), "--against", str(old), "--exclude-imports"])
        finally:
            run(["git", "worktree", "remove", "--force", str(old_tree)])


if __name__ == "__main__":
    main()
