"""Gives finished files their names in the lake, where nobody else does: on a cluster."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import unquote

from pyspark.sql import SparkSession

from .failure import StepFailed
from .step import Output, Step

DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def place_files(spark: SparkSession, step: Step, output: Output, touched: List[int]) -> List[Dict[str, Any]]:
    """Moves an output's staged files; returns its partitions with the rows, bytes and paths of their files."""
    fs, root = _file_system(spark, output["staging"])
    found = _staged(spark, fs, root)
    partition = output["partition"]
    if partition["kind"] == "by":
        _refuse_outside(step, found, partition.get("only"))
    placed: Dict[str, List[Dict[str, Any]]] = {day: [] for day in _days(output)}
    for folder, path, rows, size in found:
        day = partition["day"] if "day" in partition else folder
        files = placed.setdefault(day, [])
        target = _folder(output, day) + (f"/bucket-{folder}" if partition["kind"] == "buckets" else "")
        number = 0 if partition["kind"] == "buckets" else len(files)
        files.append({"path": _move(spark, fs, path, f"{target}/part-{number}.parquet"), "rows": rows, "bytes": size})
    extra = {"buckets": touched} if partition["kind"] == "buckets" else {}
    return [{"day": day, "rows": sum(file["rows"] for file in files), "files": files, **extra} for day, files in sorted(placed.items())]


def remove_staging(spark: SparkSession, step: Step) -> None:
    """Removes what is left of the staging folders, after a failure too."""
    for output in step["outputs"]:
        fs, root = _file_system(spark, output["staging"])
        fs.delete(root, True)


def _file_system(spark: SparkSession, folder: str) -> Tuple[Any, Any]:
    path = spark._jvm.org.apache.hadoop.fs.Path(folder)  # type: ignore[union-attr]
    return path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), path


def _staged(spark: SparkSession, fs: Any, root: Any) -> List[Tuple[str, Any, int, int]]:
    """Each file that has rows: the value of its folder, its path, rows, bytes."""
    if not fs.exists(root):
        return []
    statuses = []
    files = fs.listFiles(root, True)
    while files.hasNext():
        status = files.next()
        if str(status.getPath().getName()).endswith(".parquet"):
            statuses.append(status)
    found = []
    for status in sorted(statuses, key=lambda one: str(one.getPath())):
        folder = unquote(str(status.getPath().getParent().getName()).partition("=")[2])
        rows = _count_rows(spark, status)
        if rows > 0:
            found.append((folder, status.getPath(), rows, int(status.getLen())))
    return found


def _count_rows(spark: SparkSession, status: Any) -> int:
    jvm: Any = spark._jvm
    conf = spark._jsparkSession.sessionState().newHadoopConf()
    reader = jvm.org.apache.parquet.hadoop.ParquetFileReader.open(jvm.org.apache.parquet.hadoop.util.HadoopInputFile.fromStatus(status, conf))
    try:
        return int(reader.getRecordCount())
    finally:
        reader.close()


def _refuse_outside(step: Step, found: List[Tuple[str, Any, int, int]], only: Optional[List[str]]) -> None:
    outside = sum(rows for day, _, rows, _ in found if not DAY.match(day) or (only is not None and day not in only))
    if outside > 0:
        raise StepFailed({"kind": "outside", "doing": f"writing {step['dataset']}", "rows": outside})


def _days(output: Output) -> List[str]:
    partition = output["partition"]
    return [partition["day"]] if "day" in partition else list(partition.get("only", []))


def _folder(output: Output, day: str) -> str:
    year, month, date = day.split("-")
    return output["prefix"].replace("{year}", year).replace("{month}", month).replace("{day}", date)


def _move(spark: SparkSession, fs: Any, path: Any, target: str) -> str:
    to = spark._jvm.org.apache.hadoop.fs.Path(target)  # type: ignore[union-attr]
    fs.mkdirs(to.getParent())
    if not fs.rename(path, to):
        raise OSError(f"could not move a file to {target}")
    return target
