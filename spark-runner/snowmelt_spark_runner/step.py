"""What a step's JSON holds: a build request with the SQL of Spark, types as Spark spells them, and files where they are."""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional, TypedDict, Union


class Column(TypedDict):
    name: str
    type: str


class _Stage(TypedDict):
    kind: str


class Stage(_Stage, total=False):
    """`input` and `lazy` name files, `table` and `view` a query."""

    name: str
    sql: str
    relation: str
    columns: List[Column]
    files: List[str]
    batchColumn: bool
    batches: List[str]
    daysFrom: str
    filesByDay: Dict[str, List[str]]


class _Partition(TypedDict):
    kind: str


class Partition(_Partition, total=False):
    """`day`, `by` or `buckets`, as in the engine's port."""

    day: str
    only: List[str]
    touched: str


# `from` is a word of Python.
_From = TypedDict("_From", {"from": str})


class Output(_From):
    part: str
    columns: List[Column]
    sortBy: List[str]
    partition: Partition
    # Where the files belong: a folder with `{year}`, `{month}` and `{day}`.
    prefix: str
    # Where they are written first.
    staging: str


class Check(TypedDict):
    checks: List[str]
    byDay: bool
    sql: str


class Measure(TypedDict):
    id: str
    sql: str


class Measurement(TypedDict):
    byDay: bool
    measures: List[Measure]


class _Step(TypedDict):
    format: int
    dataset: str
    stages: List[Stage]
    outputs: List[Output]
    checks: List[Check]


class Step(_Step, total=False):
    measurement: Measurement
    accounting: str


Figure = Union[int, float, str, None]
Keys = Mapping[str, Mapping[str, str]]


class Account(TypedDict, total=False):
    day: str
    rowsRead: int
    rowsDeleted: Optional[int]
    batches: List[str]
