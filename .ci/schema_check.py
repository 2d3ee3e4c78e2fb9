#!/usr/bin/env python3
"""Hold JSON or TOML files against their schema.  schema_check.py SCHEMA FILE…   Needs: pip install jsonschema"""
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


wrong = 0
validator = jsonschema.Draft202012Validator(read(sys.argv[1]))
for path in sys.argv[2:]:
    instance = read(path)
    errors = sorted(validator.iter_errors(instance), key=lambda e: list(map(str, e.path)))
    for error in errors[:20]:
        print(path, "/".join(map(str, error.path)), error.message)
    figures = f"{len(instance['figures'])} figures, " if "figures" in instance else ""
    print(f"{path}: {figures}{len(errors)} departures from the schema")
    wrong += len(errors)
sys.exit(1 if wrong else 0)
