#!/usr/bin/env python3
"""The licences of everything that is built into the program, as one text: `.ci/licences.py TARGET`."""

import hashlib
import json
import pathlib
import subprocess
import sys

target = sys.argv[1]
metadata = json.loads(
    subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target],
        check=True,
        capture_output=True,
    ).stdout
)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

# What is built in: normal dependencies of normal dependencies. Tools of the build and of tests are not.
root = metadata["resolve"]["root"]
built, waiting = set(), [root]
while waiting:
    node = nodes[waiting.pop()]
    for dependency in node["deps"]:
        if any(kind["kind"] is None for kind in dependency["dep_kinds"]) and dependency["pkg"] not in built:
            built.add(dependency["pkg"])
            waiting.append(dependency["pkg"])

WANTED = ("license", "licence", "copying", "notice", "unlicense")
texts: dict[str, tuple[str, list[str]]] = {}
lines, without = [], []
for package in sorted((packages[one] for one in built), key=lambda one: (one["name"], one["version"])):
    name = f"{package['name']} {package['version']}"
    lines.append(f"{name}: {package['license'] or package['license_file']}")
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name.lower().startswith(WANTED)]
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace").strip()
        key = hashlib.sha256("".join(text.split()).encode()).hexdigest()
        texts.setdefault(key, (text, []))[1].append(name)
    if not files:
        without.append(name)

out = ["scoreboard is built with the work of many others. Their licences:", "", *lines, ""]
if without:
    out += ["These state their licence above and bring no text of it: " + ", ".join(without) + ".", ""]
for text, names in texts.values():
    out += ["=" * 100, "Of " + ", ".join(names), "=" * 100, "", text, ""]
sys.stdout.buffer.write("\n".join(out).encode())
