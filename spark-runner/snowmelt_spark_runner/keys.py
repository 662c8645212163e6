"""Puts keys for personal data where a step's SQL can read them and nobody else: Spark 3.5 has no variables of a session."""

from __future__ import annotations

import json
import re
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from .step import Keys, Step


def with_keys(session: SparkSession, step: Step, keys: Keys) -> Step:
    """
    The step with every name of a key's variable replaced by a query of a view that has its bytes. So they are in no text of a
    statement and in no plan: a plan shows that there is a table of one row, not what is in it.
    """
    text = json.dumps(step)
    for key, pads in keys.items():
        for which in ("inner", "outer"):
            variable = f"snowmelt_key_{key}_{which}"
            _hide(session, f"_{variable}", bytes.fromhex(pads[which]))
            text = re.sub(rf"(?<!\w){re.escape(variable)}(?!\w)", f"(SELECT value FROM _{variable})", text)
    replaced: Step = json.loads(text)
    return replaced


def _hide(session: SparkSession, view: str, value: bytes) -> None:
    jvm: Any = session._jvm
    cells = session.sparkContext._gateway.new_array(jvm.Object, 1)  # type: ignore[union-attr]
    cells[0] = bytearray(value)
    rows = jvm.java.util.ArrayList()
    rows.add(jvm.org.apache.spark.sql.RowFactory.create(cells))
    schema = jvm.org.apache.spark.sql.types.StructType.fromDDL("value BINARY")
    DataFrame(session._jsparkSession.createDataFrame(rows, schema), session).createOrReplaceTempView(view)
