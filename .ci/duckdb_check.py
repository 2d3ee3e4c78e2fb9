#!/usr/bin/env python3
"""Run planned queries on DuckDB and compare with what Polars answered, exactly.

    duckdb_check.py FOLDER      FOLDER holds TABLE.parquet files and queries.json: [{"sql": …, "rows": [[text or null]]}]

Needs: pip install duckdb
"""
import decimal
import json
import pathlib
import sys

import duckdb


def plain(value):
    """A cell as text: numbers without trailing zeros, dates as ISO."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, decimal.Decimal)):
        text = format(decimal.Decimal(value), "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    return str(value)


def main():
    folder = pathlib.Path(sys.argv[1])
    database = duckdb.connect()
    for table in sorted(folder.glob("*.parquet")):
        database.execute(f"CREATE VIEW {table.stem} AS SELECT * FROM read_parquet('{table}')")
    queries = json.loads((folder / "queries.json").read_text())
    wrong = 0
    for query in queries:
        theirs = [[plain(cell) for cell in row] for row in database.execute(query["sql"]).fetchall()]
        if theirs != query["rows"]:
            wrong += 1
            print(f"differs: {query['sql']}\n  Polars {query['rows'][:5]}\n  DuckDB {theirs[:5]}")
    print(f"{len(queries)} planned queries on DuckDB {duckdb.__version__}: {len(queries) - wrong} equal, {wrong} different")
    return 1 if wrong or not queries else 0


if __name__ == "__main__":
    sys.exit(main())
