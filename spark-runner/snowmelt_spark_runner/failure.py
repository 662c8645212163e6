"""Says what went wrong without saying any value of a row: Spark's own messages quote the value that does not fit."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import Any, Iterator, List, Optional, TypedDict

from py4j.java_gateway import is_instance_of  # type: ignore[import-untyped]
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark import SparkContext
from pyspark.errors.exceptions.captured import CapturedException


class Failure(TypedDict, total=False):
    """`kind`: sql, value, memory, disk, io, cancelled, outside or other. `message` is there only if it speaks of the SQL alone."""

    kind: str
    doing: str
    errorClass: str
    fragment: str
    message: str
    rows: int


class StepFailed(Exception):
    """A failure that was described."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.get("kind", "other"))
        self.failure = failure


VALUES = re.compile(
    r"^(CAST_INVALID_INPUT|CAST_OVERFLOW|ARITHMETIC_OVERFLOW|BINARY_ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE|DIVIDE_BY_ZERO"
    r"|DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION|CANNOT_PARSE|CANNOT_CHANGE_DECIMAL_PRECISION|DATETIME_OVERFLOW|INVALID_ARRAY_INDEX"
    r"|INVALID_FRACTION_OF_SECOND|INTERVAL_|INVALID_DATETIME|CONVERSION_INVALID_INPUT|ROW_VALUE_IS_NULL|UNEXPECTED_INPUT_TYPE"
    r"|INVALID_INDEX|MALFORMED_RECORD|_LEGACY_ERROR_TEMP_(2004|2005|2006|2007|2008|2009|2010|2011|2012|2013))"
)
LONGEST_FRAGMENT = 60


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Says of every failure inside what was being done."""
    try:
        yield
    except StepFailed:
        raise
    except Exception as error:
        raise StepFailed(describe(error, what)) from None


def describe(error: BaseException, what: str) -> Failure:
    """Describes an exception of Spark or of Python."""
    origin = _java_throwable(error)
    if origin is None:
        return {"kind": "other", "doing": what, "errorClass": type(error).__name__}
    chain = _causes(origin)
    names = [str(one.getClass().getName()) for one in chain]
    texts = [str(one.getMessage()) for one in chain]
    classes = [found for one in chain for found in [_error_class(one)] if found is not None]
    about_value = next((found for found in reversed(classes) if VALUES.match(found)), None)
    failure: Failure = {"kind": "other", "doing": what, "errorClass": (classes or [names[-1].split(".")[-1]])[-1]}
    if any("cancelled" in text or "canceled" in text for text in texts):
        failure["kind"] = "cancelled"
    elif any("OutOfMemoryError" in one for one in [*names, *texts]):
        failure["kind"] = "memory"
    elif any("No space left on device" in text or "Disk quota exceeded" in text for text in texts):
        failure["kind"] = "disk"
    elif about_value is not None or "java.lang.ArithmeticException" in names:
        failure.update({"kind": "value", "errorClass": about_value or "ARITHMETIC_OVERFLOW"})
        _add_fragment(failure, chain)
    elif any(name.endswith(("AnalysisException", "ParseException", "ExtendedAnalysisException")) for name in names):
        failure.update({"kind": "sql", "message": _first_line(texts[0])})
    elif any(name.startswith("java.io.") or name.endswith("FileNotFoundException") for name in names):
        failure["kind"] = "io"
    return failure


def _java_throwable(error: BaseException) -> Optional[Any]:
    if isinstance(error, Py4JJavaError):
        return error.java_exception
    return error._origin if isinstance(error, CapturedException) else None


def _causes(throwable: Any) -> List[Any]:
    chain: List[Any] = []
    while throwable is not None and len(chain) < 20:
        chain.append(throwable)
        throwable = throwable.getCause()
    return chain


def _error_class(throwable: Any) -> Optional[str]:
    found = throwable.getErrorClass() if _is_spark(throwable) else None
    if found is not None:
        return str(found)
    # A task's failure may come as text only; the name of its class is in brackets.
    named = re.search(r"\[([A-Z][A-Z_0-9.]{5,})\]", str(throwable.getMessage()))
    return None if named is None else named.group(1)


def _is_spark(throwable: Any) -> bool:
    return bool(is_instance_of(SparkContext._gateway, throwable, "org.apache.spark.SparkThrowable"))


def _add_fragment(failure: Failure, chain: List[Any]) -> None:
    """The SQL at which it happened: it comes from a model or a rule, not from data."""
    for throwable in reversed(chain):
        for context in throwable.getQueryContext() if _is_spark(throwable) else []:
            text = re.sub(r"\s+", " ", str(context.fragment())).strip()
            if text:
                failure["fragment"] = text if len(text) <= LONGEST_FRAGMENT else f"{text[:LONGEST_FRAGMENT]}…"
                return


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0].rstrip(";")
