"""Runs the code on stdin and prints, as JSON, what each line printed: [[line, text], ...]."""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO

printed = []


def record(*values, **options):
    text = StringIO()
    print(*values, **options, file=text)
    printed.append([sys._getframe(1).f_lineno, text.getvalue().rstrip('\n')])


code = compile(sys.stdin.read(), 'fence', 'exec')
with redirect_stdout(sys.stderr):
    exec(code, {'__name__': '__main__', 'print': record})
json.dump(printed, sys.stdout)
