"""Small pieces of SQL that are not in a step: names, casts, orders."""

from __future__ import annotations

from typing import Sequence

from .step import Column


def name_of(name: str) -> str:
    """Quotes an identifier."""
    return "`" + name.replace("`", "``") + "`"


def text_of(value: str) -> str:
    """Quotes a text."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def casts(columns: Sequence[Column]) -> str:
    """A select list that gives exactly these columns, each as its declared type."""
    return ", ".join(f"CAST({name_of(column['name'])} AS {column['type']}) AS {name_of(column['name'])}" for column in columns)


def nulls(columns: Sequence[Column]) -> str:
    """A select list of these columns without a value."""
    return ", ".join(f"CAST(NULL AS {column['type']}) AS {name_of(column['name'])}" for column in columns)
