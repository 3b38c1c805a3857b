"""Reads lines that are lists of texts; answers what each means between the quotes of a bytes literal, or null."""

import json
import sys
import warnings

warnings.simplefilter("ignore")


def evaluate(text):
    try:
        return list(eval(f'b"""{text}"""'))
    except SyntaxError:
        return None


for line in sys.stdin:
    print(json.dumps([evaluate(text) for text in json.loads(line)]), flush=True)
