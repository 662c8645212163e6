"""One step: stages, files, then what its checks found."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from pyspark.sql import DataFrame, SparkSession

from .failure import doing
from .findings import read_accounts, run_checks
from .keys import with_keys
from .metrics import read_metrics
from .outputs import write_output
from .session import open_session
from .stages import run_stages
from .step import Keys, Step


class StepRun:
    """A step under way in a session of its own. `group` names its jobs, for whoever cancels them."""

    def __init__(self, spark: SparkSession, step: Step, keys: Optional[Keys], group: str) -> None:
        self.group = group
        self._kept: List[DataFrame] = []
        spark.sparkContext.setJobGroup(group, step["dataset"], interruptOnCancel=True)
        with doing(f"preparing {step['dataset']}"):
            self.spark = open_session(spark)
            self._step = with_keys(self.spark, step, keys or {})

    def write(self) -> Dict[str, Any]:
        """Runs the stages and writes all outputs into their staging folders."""
        step = self._step
        run_stages(self.spark, step, self._kept)
        with doing(f"accounting for {step['dataset']}"):
            accounts = read_accounts(self.spark, step)
        touched: List[List[int]] = []
        for output in step["outputs"]:
            with doing(f"writing {step['dataset']}"):
                touched.append(write_output(self.spark, output))
        return {"accounts": accounts, "touched": touched}

    def check(self, measures: Optional[Sequence[str]]) -> Dict[str, Any]:
        """Runs the checks, and says what the whole step cost."""
        with doing(f"checking {self._step['dataset']}"):
            found = run_checks(self.spark, self._step, measures)
            return {**found, "metrics": read_metrics(self.spark, self.group)}

    def close(self) -> None:
        """Lets go of rows that were kept."""
        for frame in self._kept:
            frame.unpersist()
        self._kept.clear()
