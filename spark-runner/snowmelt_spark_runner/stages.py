"""Runs the stages of a step, in order, and keeps the rows of those that are read more than once."""

from __future__ import annotations

import re
from typing import Dict, List

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession

from .failure import doing
from .inputs import files_of_lazy, open_input
from .step import Step


def run_stages(spark: SparkSession, step: Step, kept: List[DataFrame]) -> None:
    """Leaves every stage readable under its name; adds to `kept` what must be let go in the end."""
    uses = count_uses(step)
    for stage in step["stages"]:
        name = stage.get("relation") or stage["name"]
        with doing(f"building {step['dataset']} (stage {name})"):
            if stage["kind"] == "input":
                open_input(spark, stage, stage["files"])
            elif stage["kind"] == "lazy":
                open_input(spark, stage, files_of_lazy(spark, stage))
            else:
                frame = spark.sql(stage["sql"])
                if stage["kind"] == "table" and uses.get(name, 0) > 1:
                    kept.append(frame.persist(StorageLevel.MEMORY_AND_DISK))
                frame.createOrReplaceTempView(name)


def count_uses(step: Step) -> Dict[str, int]:
    """How often each stage's rows are computed if none is kept; a table that is kept computes its own inputs once."""
    last = [scan["sql"] for scan in step["checks"]]
    last += [f"SELECT * FROM {output['from']} {output['partition'].get('touched', '')}" for output in step["outputs"]]
    last += [step["accounting"]] if "accounting" in step else []
    last += ["SELECT * FROM _rows"] if step.get("measurement") else []
    texts = [(text, 1) for text in last]
    uses: Dict[str, int] = {}
    for stage in reversed(step["stages"]):
        name = stage.get("relation") or stage["name"]
        uses[name] = sum(count * len(re.findall(rf"(?<![\w.$]){re.escape(name)}(?!\w)", text)) for text, count in texts)
        if stage["kind"] == "lazy":
            texts.append((stage["daysFrom"], 1))
        elif stage["kind"] != "input":
            times = uses[name] if stage["kind"] == "view" else min(uses[name], 1)
            texts.append((stage["sql"], times))
    return uses
