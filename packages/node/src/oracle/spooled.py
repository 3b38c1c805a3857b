"""Runs steps on tempfile.SpooledTemporaryFile and tells what came of each.

A request is {"max_size": n, "steps": [[name, *arguments], ...]}, where bytes are {"bytes": text in Latin-1}. The answer
has an entry for each step: [result, tell, rolled, content], with result {"error": true} for any exception; the last two
numbers are None when the file is closed.
"""

import json
import sys
import tempfile


def decode(value):
    if isinstance(value, dict):
        return bytearray(value["bytes"].encode("latin-1"))
    return [decode(item) for item in value] if isinstance(value, list) else value


def encode(result):
    if isinstance(result, (bytes, bytearray)):
        return {"bytes": result.decode("latin-1")}
    return [encode(item) for item in result] if isinstance(result, list) else result


def call(file, name, args):
    if name == "readinto":
        return [file.readinto(args[0]), bytes(args[0])]
    if name == "iter":
        return list(file)
    return getattr(file, name)(*args)


def run(max_size, steps):
    entries = []
    with tempfile.SpooledTemporaryFile(max_size=max_size) as file:
        for name, *args in steps:
            try:
                result = encode(call(file, name, [decode(arg) for arg in args]))
            except Exception:
                result = {"error": True}
            if file.closed:
                entries.append([result, None, None, None])
                continue
            cursor = file.tell()
            file.seek(0)
            content = encode(file.read())
            file.seek(cursor)
            entries.append([result, cursor, file._rolled, content])
    return entries


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(run(request["max_size"], request["steps"])), flush=True)
