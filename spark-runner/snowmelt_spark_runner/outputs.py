"""Writes the rows of a step as Parquet into hidden folders, sorted inside each file."""

from __future__ import annotations

from typing import List

from pyspark.sql import DataFrame, SparkSession

from .sql_text import casts, name_of
from .step import Output


def write_output(spark: SparkSession, output: Output) -> List[int]:
    """Writes below the output's staging folder: files, or a folder for each day or bucket. Returns the buckets that were touched."""
    kind = output["partition"]["kind"]
    if kind == "buckets":
        return _write_buckets(spark, output)
    if kind == "by":
        _write(_rows(spark, output, "CAST(`_day` AS DATE) AS `_day`"), output, "_day")
    else:
        _write(_rows(spark, output), output)
    return []


def _write_buckets(spark: SparkSession, output: Output) -> List[int]:
    found = spark.sql(output["partition"]["touched"]).collect()
    touched = sorted(int(bucket) for (bucket,) in found)
    if touched:
        rows = spark.sql(f"SELECT {casts(output['columns'])}, `_bucket` FROM {name_of(output['from'])}")
        chosen = rows.where(f"`_bucket` IN ({', '.join(map(str, touched))})")
        # A bucket is one file, whatever its size.
        spread = chosen.repartition("_bucket")
        _write(spread.selectExpr("*").sortWithinPartitions("_bucket", *_order(output)), output, "_bucket")
    return touched


def _rows(spark: SparkSession, output: Output, *extra: str) -> DataFrame:
    """The rows, spread so that files become neither many nor huge: small days go to one task, a huge one to several."""
    by = ["`_day`"] if extra else [name_of(column) for column in output["sortBy"]]
    order = ["`_day`"] if extra else []
    order += [f"{name_of(column)} ASC NULLS LAST" for column in output["sortBy"]]
    select = ", ".join([casts(output["columns"]), *extra])
    rebalance = f"/*+ REBALANCE({', '.join(by)}) */" if by else "/*+ REBALANCE */"
    sort = f" SORT BY {', '.join(order)}" if order else ""
    return spark.sql(f"SELECT {rebalance} * FROM (SELECT {select} FROM {name_of(output['from'])}){sort}")


def _order(output: Output) -> List[str]:
    return [name_of(column) for column in output["sortBy"]]


def _write(rows: DataFrame, output: Output, *by: str) -> None:
    writer = rows.write.mode("error")
    if by:
        writer = writer.partitionBy(*by)
    writer.parquet(output["staging"])
