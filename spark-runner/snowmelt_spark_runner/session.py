"""The Spark session of a step. Everything that decides whether Spark gives the rows that DuckDB gives is set here."""

from __future__ import annotations

import unicodedata
from typing import Mapping, Optional

from pyspark.conf import SparkConf
from pyspark.sql import SparkSession

# What a query means. Set on every session, so a cluster's own defaults do not matter.
MEANING: Mapping[str, str] = {
    # Timestamps are wall clocks without a zone; where Spark needs one nevertheless, it is this.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # A cast that does not fit, an overflow and a division by zero are errors, not NULL or another number.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    # Words of the ANSI standard stay usable as names, as they are in Snowflake and DuckDB.
    "spark.sql.ansi.enforceReservedKeywords": "false",
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    # With `true`, a product that needs more than 38 digits silently loses decimals; with `false` it keeps them or fails, as in
    # DuckDB and Snowflake.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # Names are looked up in any case, as in DuckDB, and keep the one in which they were written.
    "spark.sql.caseSensitive": "false",
    # Dates before 1582 are of the proleptic Gregorian calendar, as everywhere else.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "false",
    # An order without NULLS FIRST or NULLS LAST is rendered with one; an array of length 0 and a missing map key keep their meaning.
    "spark.sql.legacy.sizeOfNull": "false",
    "spark.sql.mapKeyDedupPolicy": "EXCEPTION",
    "spark.sql.legacy.charVarcharAsString": "true",
    # Backslashes in texts are escapes, which is how literals are rendered.
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.crossJoin.enabled": "true",
}

# How files are written: what any reader of Parquet understands, and nothing that needs guessing.
FILES: Mapping[str, str] = {
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.writeLegacyFormat": "false",
    "spark.sql.parquet.fieldId.write.enabled": "false",
    "spark.sql.parquet.mergeSchema": "false",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    # Whatever is written is in a hidden folder until all of it is there, so moving it once is enough.
    "mapreduce.fileoutputcommitter.algorithm.version": "2",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}

# How it is done: no result depends on these.
MANNER: Mapping[str, str] = {
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled": "true",
    # Files, and the parts that become files, grow to this size before there is a second one.
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64m",
}

# Only for a Spark of our own on this machine.
LAPTOP: Mapping[str, str] = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.locality.wait": "0",
    "spark.sql.catalogImplementation": "in-memory",
    # Listing some hundreds of local files is faster than a job that lists them.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    # Opening as many files as there are partitions costs more than sorting by partition.
    "spark.shuffle.sort.bypassMergeThreshold": "1",
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -Xss4m",
}


def start_laptop(threads: int, memory: str, folder: str) -> SparkSession:
    """Starts Spark in this process."""
    conf = SparkConf().setMaster(f"local[{threads}]").setAppName("snowmelt")
    for name, value in {**LAPTOP, **MEANING, **MANNER}.items():
        conf.set(name, value)
    conf.set("spark.driver.memory", memory)
    conf.set("spark.local.dir", folder)
    conf.set("spark.sql.warehouse.dir", f"{folder}/warehouse")
    conf.set("spark.sql.shuffle.partitions", str(max(8, threads * 4)))
    return SparkSession.builder.config(conf=conf).getOrCreate()


def start_cluster() -> SparkSession:
    """The Spark of the cluster that this process is the driver of, e.g. of a Glue job."""
    return SparkSession.builder.appName("snowmelt").getOrCreate()


def _normal_form_c(text: Optional[str]) -> Optional[str]:
    return None if text is None else unicodedata.normalize("NFC", text)


def open_session(spark: SparkSession) -> SparkSession:
    """A session for one step: views of others are not in it."""
    session = spark.newSession()
    # Spark has no function for it.
    session.udf.register("snowmelt_nfc", _normal_form_c, "string")
    for name, value in {**MEANING, **FILES, **MANNER}.items():
        session.conf.set(name, value)
    return session
