#!/usr/bin/env python3
"""Hold a JSON or TOML file against its schema.  schema_check.py SCHEMA FILE.   Needs: pip install jsonschema"""
import datetime
import json
import sys
import tomllib

import jsonschema


def plain(value):
    """TOML's dates as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def read(path):
    if path.endswith(".toml"):
        with open(path, "rb") as file:
            return plain(tomllib.load(file))
    with open(path, encoding="utf-8") as file:
        return json.load(file)


schema, instance = (read(path) for path in sys.argv[1:3])
errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(instance), key=lambda e: list(map(str, e.path)))
for error in errors[:20]:
    print("/".join(map(str, error.path)), error.message)
figures = f"{len(instance['figures'])} figures, " if "figures" in instance else ""
print(f"{sys.argv[2]}: {figures}{len(errors)} departures from the schema")
sys.exit(1 if errors else 0)
