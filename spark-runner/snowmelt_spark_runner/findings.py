"""What a step says besides its rows: violations of checks, figures, and what went into each day."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Dict, List, Optional, Sequence, Tuple

from pyspark.sql import SparkSession

from .step import Account, Figure, Measure, Step

Figures = Dict[str, Figure]


def read_accounts(spark: SparkSession, step: Step) -> List[Account]:
    """Runs the accounting query."""
    if "accounting" not in step:
        return []
    frame = spark.sql(step["accounting"])
    deleted = "CAST(rows_deleted AS BIGINT)" if "rows_deleted" in frame.columns else "CAST(NULL AS BIGINT)"
    rows = frame.selectExpr("CAST(day AS STRING)", "CAST(rows_read AS BIGINT)", "batches", deleted).collect()
    accounts: List[Account] = []
    for day, rows_read, batches, rows_deleted in sorted(rows, key=lambda row: str(row[0])):
        account: Account = {"day": str(day), "rowsRead": rows_read or 0, "batches": [one for one in (batches or "").split(",") if one]}
        if rows_deleted is not None:
            account["rowsDeleted"] = rows_deleted
        accounts.append(account)
    return accounts


def run_checks(spark: SparkSession, step: Step, measures: Optional[Sequence[str]]) -> Dict[str, Any]:
    """Runs all scans, and takes the measures that are named, or all."""
    violations: Dict[str, Figure] = {}
    by_day: Dict[Optional[str], Figures] = {}
    for scan in step["checks"]:
        rows = spark.sql(scan["sql"]).collect()
        if scan.get("byDay"):
            for day, *counts in rows:
                by_day.setdefault(str(day), {}).update(_named(scan["checks"], counts))
        else:
            counts = list(rows[0]) if rows else []
            violations.update({check: (_figure(counts[i]) if i < len(counts) else 0) or 0 for i, check in enumerate(scan["checks"])})
    for found, figures in _measure(spark, step, measures):
        by_day.setdefault(found, {}).update(figures)
    measured = [{**({} if day is None else {"day": day}), "figures": figures} for day, figures in by_day.items()]
    return {"violations": violations, "measured": measured}


def _measure(spark: SparkSession, step: Step, wanted: Optional[Sequence[str]]) -> List[Tuple[Optional[str], Figures]]:
    measurement = step.get("measurement")
    if measurement is None:
        return []
    asked: List[Measure] = [one for one in measurement["measures"] if wanted is None or one["id"] in wanted]
    if not asked:
        return []
    ids = [one["id"] for one in asked]
    figures = ", ".join(one["sql"] for one in asked)
    if measurement["byDay"]:
        rows = spark.sql(f"SELECT CAST(_day AS STRING), {figures} FROM _rows GROUP BY _day").collect()
        return [(str(row[0]), _named(ids, row[1:])) for row in rows]
    return [(None, _named(ids, row)) for row in spark.sql(f"SELECT {figures} FROM _rows").collect()]


def _named(names: Sequence[str], values: Sequence[Any]) -> Figures:
    return {name: _figure(values[i]) for i, name in enumerate(names)}


def _figure(value: Any) -> Figure:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no word for it.
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value is None or isinstance(value, (int, float)):
        return value
    return str(value)
