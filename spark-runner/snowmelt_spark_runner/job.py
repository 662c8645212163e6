"""Runs one step as a job of a cluster: reads it from a file, writes the report to another."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional, Sequence, Tuple

from pyspark.sql import SparkSession

from .failure import StepFailed, describe
from .place import place_files, remove_staging
from .run_step import StepRun
from .session import start_cluster
from .step import Keys, Step

# Where the pads of keys are given: JSON by name, e.g. put there from a secret.
KEYS_VARIABLE = "SNOWMELT_STEP_KEYS"


def read_argument(arguments: Sequence[str], name: str) -> Optional[str]:
    """`--NAME value` or `--NAME=value`; whatever else the cluster passes is not looked at."""
    for at, argument in enumerate(arguments):
        if argument == f"--{name}" and at + 1 < len(arguments):
            return arguments[at + 1]
        if argument.startswith(f"--{name}="):
            return argument[len(name) + 3 :]
    return None


def run_job(step_url: str, report_url: str) -> bool:
    """Runs the step; true if it went well. The report says so either way."""
    spark = start_cluster()
    try:
        step: Step = json.loads(_read(spark, step_url))
        keys: Optional[Keys] = json.loads(os.environ[KEYS_VARIABLE]) if KEYS_VARIABLE in os.environ else None
        report = build(spark, step, keys)
    except StepFailed as error:
        report = {"format": 1, "failure": error.failure}
    except Exception as error:  # The report is the only thing that the caller reads.
        report = {"format": 1, "failure": describe(error, "running a step")}
    _write(spark, report_url, json.dumps(report))
    return "failure" not in report


def build(spark: SparkSession, step: Step, keys: Optional[Keys]) -> Dict[str, Any]:
    """All of a step, with its files in their place."""
    run = StepRun(spark, step, keys, "snowmelt-step")
    try:
        written = run.write()
        outputs = [
            {"part": output["part"], "partitions": place_files(run.spark, step, output, touched)}
            for output, touched in zip(step["outputs"], written["touched"])
        ]
        return {"format": 1, "outputs": outputs, "accounts": written["accounts"], **run.check(None)}
    finally:
        run.close()
        remove_staging(run.spark, step)


def _path(spark: SparkSession, url: str) -> Tuple[Any, Any]:
    path = spark._jvm.org.apache.hadoop.fs.Path(url)  # type: ignore[union-attr]
    return path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), path


def _read(spark: SparkSession, url: str) -> str:
    fs, path = _path(spark, url)
    stream = fs.open(path)
    try:
        return bytes(spark._jvm.org.apache.commons.io.IOUtils.toByteArray(stream)).decode()  # type: ignore[union-attr]
    finally:
        stream.close()


def _write(spark: SparkSession, url: str, text: str) -> None:
    fs, path = _path(spark, url)
    stream = fs.create(path, True)
    stream.write(bytearray(text.encode()))
    stream.close()
