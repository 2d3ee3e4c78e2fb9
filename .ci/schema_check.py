#!/usr/bin/env python3
"""Hold a JSON file against its schema.  schema_check.py SCHEMA FILE.   Needs: pip install jsonschema"""
import json
import sys

import jsonschema

schema, instance = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(instance), key=lambda e: list(map(str, e.path)))
for error in errors[:20]:
    print("/".join(map(str, error.path)), error.message)
print(f"{len(instance.get('figures', []))} figures, {len(errors)} departures from the schema")
sys.exit(1 if errors else 0)
