"""What Spark itself says of the work of one step."""

from __future__ import annotations

from typing import Any, Dict

from pyspark.sql import SparkSession

FIGURES = {
    "inputBytes": "inputBytes",
    "shuffleBytes": "shuffleWriteBytes",
    "spilledBytes": "diskBytesSpilled",
    "tasks": "numCompleteTasks",
    "cpuNs": "executorCpuTime",
}


def read_metrics(spark: SparkSession, group: str) -> Dict[str, int]:
    """Sums up the stages of all jobs of a job group."""
    context: Any = spark.sparkContext._jsc.sc()
    # What happened last is told to the store a moment later.
    context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    totals = {name: 0 for name in ["jobs", "stages", *FIGURES]}
    for job in spark.sparkContext.statusTracker().getJobIdsForGroup(group):
        stages = store.job(job).stageIds()
        totals["jobs"] += 1
        for at in range(stages.size()):
            stage = store.lastStageAttempt(stages.apply(at))
            if str(stage.status()) == "SKIPPED":
                continue
            totals["stages"] += 1
            for name, figure in FIGURES.items():
                totals[name] += int(getattr(stage, figure)())
    return totals
