"""`--serve` on a laptop; `--snowmelt-step URL --snowmelt-report URL` as a job of a cluster."""

from __future__ import annotations

import sys
from typing import Sequence

from .job import read_argument, run_job
from .server import serve


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    step, report = read_argument(arguments, "snowmelt-step"), read_argument(arguments, "snowmelt-report")
    if step is not None and report is not None:
        return 0 if run_job(step, report) else 1
    if "--serve" in arguments:
        threads, memory, folder = (read_argument(arguments, name) for name in ("threads", "memory", "folder"))
        serve(int(threads or 2), memory or "2g", folder or ".")
        return 0
    print("Usage: --serve, or --snowmelt-step URL --snowmelt-report URL", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
