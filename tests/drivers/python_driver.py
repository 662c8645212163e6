"""Uses the official Python connector as anybody would, and prints what it gives: one JSON line a scenario.

The test that runs it (python-driver.test.ts) says where to connect, in the first line of standard input, and answers
when it is asked to let the session's token expire.
"""

import datetime
import decimal
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import snowflake.connector  # noqa: E402
from snowflake.connector.errors import Error  # noqa: E402

SETTINGS = json.loads(sys.stdin.readline())
SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def connect(**options):
    given = {"password": SETTINGS["password"], **options}
    given = {name: value for name, value in given.items() if value is not None}
    return snowflake.connector.connect(
        account="local", user="driver", host="127.0.0.1", port=SETTINGS["port"], protocol="http", login_timeout=20, **given
    )


def plain(value):
    """Makes a value one that JSON has, without losing anything of it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return str(value.astimezone(datetime.timezone.utc))
    if isinstance(value, (decimal.Decimal, datetime.date, datetime.time)):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return repr(value) if isinstance(value, float) else value


def failure(task):
    try:
        task()
    except Error as error:
        return {"errno": error.errno, "sqlstate": error.sqlstate, "message": (error.raw_msg or error.msg or "")[:300]}
    return "did not fail"


def rows(connection, sql, params=None):
    return plain(connection.cursor().execute(sql, params).fetchall())


@scenario
def logging_in(_):
    """Gives who is logged in, by each kind of credential."""
    key = {"authenticator": "SNOWFLAKE_JWT", "private_key_file": SETTINGS["keyFile"], "password": None}
    pat = {"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": SETTINGS["accessToken"], "password": None}
    oauth = {"authenticator": "oauth", "token": SETTINGS["oauthToken"], "password": None}
    found = {}
    for name, options in {"password": {}, "key": key, "pat": pat, "oauth": oauth}.items():
        with connect(database="SHOP", schema="ELSEWHERE", **options) as connection:
            found[name] = rows(connection, "SELECT CURRENT_USER(), CURRENT_SCHEMA(), place FROM here")
    return found


@scenario
def refused(_):
    return [failure(lambda: connect(password="wrong")), failure(lambda: connect(database="NOWHERE"))]


@scenario
def every_type(connection):
    for statement in SETTINGS["everyType"]:
        connection.cursor().execute(statement)
    cursor = connection.cursor().execute("SELECT * FROM everything ORDER BY id")
    names = [(column.name, column.precision, column.scale, column.is_nullable) for column in cursor.description[:3]]
    described = connection.cursor().describe("SELECT n12, s FROM everything")
    return {
        "rows": plain(cursor.fetchall()),
        "columns": names,
        "described": [(column.name, column.type_code) for column in described],
    }


@scenario
def many_chunks(connection):
    cursor = connection.cursor().execute("SELECT * FROM many ORDER BY n")
    in_order = all(row == (n, f"row {n}") for n, row in enumerate(cursor))
    batches = cursor.execute("SELECT * FROM many ORDER BY n").get_result_batches() or []
    return {"rowcount": cursor.rowcount, "in_order": in_order, "batches": len(batches)}


@scenario
def bound_values(connection):
    formatted = rows(connection, "SELECT %s, %s, %s, %s", (42, "it's %", None, True))
    snowflake.connector.paramstyle = "qmark"
    try:
        with connect() as qmark:
            moment = datetime.datetime(2024, 2, 29, 12, 30, 15, 123456)
            values = (41, "it's ?", True, None, 1.25, decimal.Decimal("1.50"), b"\x00\xff", moment, moment.date(), moment.time())
            bound = rows(qmark, "SELECT ? + 1, ?, ?, ?, ?, ?::NUMBER(10,2), ?, ?, ?, ?", values)
            qmark.cursor().execute("CREATE OR REPLACE TABLE bulk (n INT, s VARCHAR)")
            inserted = qmark.cursor().executemany("INSERT INTO bulk VALUES (?, ?)", [(n, f"text {n}") for n in range(300)])
            return {"formatted": formatted, "bound": bound, "inserted": inserted.rowcount, "sum": rows(qmark, "SELECT SUM(n) FROM bulk")}
    finally:
        snowflake.connector.paramstyle = "pyformat"


@scenario
def changes(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE OR REPLACE TABLE changed (n INT, s VARCHAR)")
    counts = [cursor.executemany("INSERT INTO changed VALUES (%s, %s)", [(n, "x") for n in range(5)]).rowcount]
    counts.append(cursor.execute("UPDATE changed SET s = 'y' WHERE n < 3").rowcount)
    counts.append(cursor.execute("DELETE FROM changed WHERE n = 0").rowcount)
    return counts


@scenario
def errors(connection):
    statements = ["SELECT nope FROM many", "SELECT * FROM missing", "SELEC 1", "SELECT 'x'::INT"]
    return [failure(lambda statement=statement: connection.cursor().execute(statement)) for statement in statements]


@scenario
def on_its_own(connection):
    cursor = connection.cursor()
    cursor.execute_async("SELECT n FROM many WHERE n < 3 ORDER BY n")
    query = cursor.sfqid
    while connection.is_still_running(connection.get_query_status(query)):
        time.sleep(0.02)
    cursor.get_results_from_sfqid(query)
    found = plain(cursor.fetchall())
    cursor.execute_async("SELECT * FROM missing")
    failed = cursor.sfqid
    while connection.is_still_running(connection.get_query_status(failed)):
        time.sleep(0.02)
    return {"rows": found, "status": connection.get_query_status(failed).name}


@scenario
def cancelling(connection):
    cursor = connection.cursor()
    cursor.execute_async(SETTINGS["endless"])
    query = cursor.sfqid
    before = connection.get_query_status(query).name
    stopped = cursor.abort_query(query)
    connection.cursor().execute("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    timed_out = failure(lambda: connection.cursor().execute(SETTINGS["endless"]))
    return {"before": before, "stopped": stopped, "after": connection.get_query_status(query).name, "timed_out": timed_out}


@scenario
def session(connection):
    connection.cursor().execute("USE SCHEMA elsewhere")
    here = rows(connection, "SELECT place FROM here")
    wrong = failure(lambda: connection.cursor().execute("USE SCHEMA nowhere"))
    connection.cursor().execute("ALTER SESSION SET QUERY_TAG = 'a tag'")
    unknown = failure(lambda: connection.cursor().execute("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'"))
    connection.autocommit(True)
    connection.commit()
    after = rows(connection, "SELECT CURRENT_SCHEMA()")
    return {"here": here, "wrong": wrong, "unknown": unknown, "after": after}


@scenario
def renewal(connection):
    """Lets the token expire while a result is being read."""
    cursor = iter(connection.cursor().execute("SELECT n FROM many ORDER BY n"))
    read = [next(cursor)[0] for _ in range(1000)]
    ask("expire")
    between = rows(connection, "SELECT COUNT(*) FROM many")
    read += [row[0] for row in cursor]
    return {"read": len(read), "in_order": read == list(range(len(read))), "between": between}


def ask(what):
    print(json.dumps({"ask": what}), flush=True)
    sys.stdin.readline()


def main():
    for name, task in SCENARIOS.items():
        try:
            with connect() as connection:
                answer = {"scenario": name, "result": task(connection)}
        except Exception as error:  # noqa: BLE001  (the test shows it)
            answer = {"scenario": name, "result": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
