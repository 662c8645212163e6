"""Makes exact lists of Parquet files readable under a name, with the declared columns."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Dict, List, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from .sql_text import casts, nulls, text_of
from .step import Column, Stage

# The folder that a file is in.
FOLDER = "element_at(split(`_metadata`.`file_path`, '/'), -2)"


def open_input(spark: SparkSession, stage: Stage, files: Sequence[str]) -> None:
    """Gives the files' rows the relation's name; without files it is empty."""
    columns = stage["columns"]
    has_batch = stage.get("batchColumn", False)
    if not files:
        batch = ", CAST(NULL AS STRING) AS `_batch`" if has_batch else ""
        frame = spark.sql(f"SELECT {nulls(columns)}{batch} WHERE false")
    else:
        parts = [_open_group(spark, group, columns, has_batch) for group in _by_schema(spark, files)]
        frame = parts[0]
        for part in parts[1:]:
            frame = frame.unionAll(part)
        batches = stage.get("batches")
        if batches is not None:
            frame = frame.where(f"`_batch` IN ({', '.join(text_of(batch) for batch in batches)})")
    frame.createOrReplaceTempView(stage["relation"])


def files_of_lazy(spark: SparkSession, stage: Stage) -> List[str]:
    """The files of the days that a query names, each once."""
    rows = spark.sql(f"SELECT DISTINCT CAST(d AS STRING) FROM ({stage['daysFrom']}) AS days(d) ORDER BY 1").collect()
    known = stage["filesByDay"]
    return list(dict.fromkeys(file for (day,) in rows for file in known.get(day, [])))


class _Group:
    def __init__(self, schema: StructType) -> None:
        self.schema = schema
        self.files: List[str] = []


def _by_schema(spark: SparkSession, files: Sequence[str]) -> List[_Group]:
    """Puts files with the same columns together: Spark would read all of them by the schema of one."""
    jvm: Any = spark._jvm
    conf = spark._jsparkSession.sessionState().newHadoopConf()
    statuses = jvm.java.util.ArrayList()
    for file in files:
        path = jvm.org.apache.hadoop.fs.Path(file)
        statuses.add(path.getFileSystem(conf).getFileStatus(path))
    footers = jvm.org.apache.parquet.hadoop.ParquetFileReader.readAllFootersInParallel(conf, statuses, True)
    converter = jvm.org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter(spark._jsparkSession.sessionState().conf())
    groups: Dict[str, _Group] = {}
    by_text: Dict[str, List[str]] = defaultdict(list)
    for file, footer in zip(files, footers):
        schema = footer.getParquetMetadata().getFileMetaData().getSchema()
        text = schema.toString()
        by_text[text].append(file)
        if text not in groups:
            groups[text] = _Group(StructType.fromJson(json.loads(converter.convert(schema).json())))
    for text, group in groups.items():
        group.files = by_text[text]
    return list(groups.values())


def _open_group(spark: SparkSession, group: _Group, columns: Sequence[Column], has_batch: bool) -> DataFrame:
    reader = spark.read.schema(group.schema).option("__globPaths__", "false")
    there = {field.name.lower() for field in group.schema.fields}
    select = [casts([column]) if column["name"].lower() in there else nulls([column]) for column in columns]
    if has_batch:
        # Files that hold rows of several batches have a column that says which.
        own = "COALESCE(`_batch`, " + FOLDER + ")" if "_batch" in there else FOLDER
        select.append(f"{own} AS `_batch`")
    return reader.parquet(*group.files).selectExpr(*select)


