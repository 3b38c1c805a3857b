"""Answers each line with itself; `"die"` and `"sleep"` do what they say."""

import sys
import time

for line in sys.stdin:
    if line == '"die"\n':
        sys.exit("I was told to die")
    if line == '"sleep"\n':
        time.sleep(60)
    sys.stdout.write(line)
