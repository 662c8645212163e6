"""The script of a Glue job; the package comes beside it (`--extra-py-files`)."""

import sys

from snowmelt_spark_runner.__main__ import main

if main(sys.argv[1:]) != 0:
    raise SystemExit("the step failed; its report says why")
