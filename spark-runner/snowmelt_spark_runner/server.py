"""A warm Spark for many steps: one JSON object a line, in on standard input, out on standard output.

    {"id": 1, "op": "write", "run": "a", "step": {...}, "keys": {...}}   runs a step up to its files
    {"id": 2, "op": "check", "run": "a", "measures": [...]}              then its checks
    {"id": 3, "op": "close", "run": "a"}                                 lets go of what it kept
    {"op": "cancel", "run": "a"}                                         stops what it is doing; has no answer

Each answer has the id of its question and either `ok` or `failure`. The process ends when its input does.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import sys
import threading
from typing import Any, Dict, Optional

from pyspark import InheritableThread
from pyspark.sql import SparkSession

from .failure import StepFailed, describe
from .run_step import StepRun
from .session import start_laptop

Message = Dict[str, Any]


class Server:
    """Gives each run a thread of its own, because Spark tells jobs of different callers apart by their threads."""

    def __init__(self, spark: SparkSession, answers: int) -> None:
        self._spark = spark
        self._answers = os.fdopen(answers, "w", encoding="utf-8")
        self._lock = threading.Lock()
        self._runs: Dict[str, "queue.Queue[Message]"] = {}

    def say(self, message: Message) -> None:
        with self._lock:
            self._answers.write(json.dumps(message) + "\n")
            self._answers.flush()

    def take(self, message: Message) -> None:
        run = str(message["run"])
        if message["op"] == "cancel":
            self._spark.sparkContext.cancelJobGroup(run)
            return
        if message["op"] == "write":
            self._runs[run] = queue.Queue()
            InheritableThread(target=self._work, args=(run, self._runs[run]), daemon=True).start()
        self._runs[run].put(message)
        if message["op"] == "close":
            del self._runs[run]

    def _work(self, name: str, messages: "queue.Queue[Message]") -> None:
        run: Optional[StepRun] = None
        while True:
            message = messages.get()
            try:
                if message["op"] == "write":
                    run = StepRun(self._spark, message["step"], message.get("keys"), name)
                    found = run.write()
                elif message["op"] == "check" and run is not None:
                    found = run.check(message["measures"])
                else:
                    found = {}
                    if run is not None:
                        run.close()
                self.say({"id": message["id"], "ok": found})
            except StepFailed as error:
                self.say({"id": message["id"], "failure": error.failure})
            except Exception as error:  # The caller is told, whatever it is.
                self.say({"id": message["id"], "failure": describe(error, "running a step")})
            if message["op"] == "close":
                return


def serve(threads: int, memory: str, folder: str) -> None:
    """Serves steps until the input ends."""
    # Whatever else writes to standard output must not be taken for an answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    spark = start_laptop(threads, memory, folder)
    server = Server(spark, answers)
    java = str(spark._jvm.java.lang.System.getProperty("java.version"))  # type: ignore[union-attr]
    server.say({"ready": {"spark": spark.version, "java": java, "python": platform.python_version()}})
    for line in sys.stdin:
        server.take(json.loads(line))
    # The parent is gone: what it asked for is of no use any more. Spark ends with this process.
    os._exit(0)
