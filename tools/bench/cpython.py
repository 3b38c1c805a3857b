"""CPython's io.BytesIO at the same work: the counterpart of src/worker.ts, with the same requests and answers.

The loops are those of the other side: a method of the stream is looked up and called each time.
"""

import gc
import io
import json
import re
import resource
import struct
import sys
import time
from itertools import cycle, islice, repeat

CYCLE = 64


def chunks_of(size, count, making):
    template = bytes((((index * 2654435761) & 0xFFFFFFFF) >> 13) & 0xFF for index in range(size))
    tail = template[4:]
    make = lambda index: struct.pack("<I", index) + tail
    if making == "fresh":
        return make, range(count)
    made = [make(index) for index in range(CYCLE if making == "cycled" else count)]
    return make, list(islice(cycle(made), count))


def building(workload):
    size, count, making, take = (workload[key] for key in ("chunk", "count", "making", "take"))
    make, chunks = chunks_of(size, count, making)
    pack, tail = struct.Struct("<I").pack, make(0)[4:]
    result = None

    def build():
        stream = io.BytesIO()
        if making == "fresh":
            for index in chunks:
                stream.write(pack(index) + tail)
        else:
            for chunk in chunks:
                stream.write(chunk)
        if take == "view":
            return stream.getbuffer()
        taken = stream.getvalue()
        stream.close()
        return taken

    def run(iterations):
        nonlocal result
        for _ in repeat(None, iterations):
            result = None
            result = build()

    def check():
        assert len(result) == size * count
        for index in range(count):
            expected = make(index % CYCLE if making == "cycled" else index)
            assert result[index * size : (index + 1) * size] == expected, index

    return run, check, 1


def small_operations(workload):
    operation, size, count = (workload[key] for key in ("operation", "size", "count"))
    content = bytearray(0x20 + (at * 2654435761) % 90 for at in range((size or 1) * count))
    if size:
        content[size - 1 :: size] = b"\n" * count
    content = bytes(content)
    stream = io.BytesIO()
    stream.write(content)
    chunk, target = content[:size], bytearray(size)

    def write():
        for _ in repeat(None, count):
            stream.write(chunk)

    def readinto():
        for _ in repeat(None, count):
            stream.readinto(target)

    def read():
        for _ in repeat(None, count):
            stream.read(size)

    def readline():
        for _ in repeat(None, count):
            stream.readline()

    def tell():
        for _ in repeat(None, count):
            stream.tell()

    def seek():
        for position in range(count):
            stream.seek(position)

    one = locals()[operation]

    def run(iterations):
        for _ in repeat(None, iterations):
            stream.seek(0)
            one()

    def check():
        if operation == "write":
            assert stream.getbuffer() == chunk * count
        elif operation == "readinto":
            assert target == content[-size:]
        elif operation in ("read", "readline"):
            stream.seek(0)
            again = getattr(stream, operation)
            assert all(again(size) == content[at : at + size] for at in range(0, len(content), size))
        else:
            assert stream.tell() == (count - 1 if operation == "seek" else 0)

    return run, check, count


def many_streams(workload):
    size, chunk, count, back = (workload[key] for key in ("size", "chunk", "count", "back"))
    content = bytes(0x20 + at % 90 for at in range(size))
    chunks = [content[at : at + chunk] for at in range(0, size, chunk)]
    target = bytearray(size)
    result = b""

    def run(iterations):
        nonlocal result
        for _ in repeat(None, iterations * count):
            stream = io.BytesIO()
            for part in chunks:
                stream.write(part)
            stream.seek(0)
            if back == "read":
                result = stream.read()
            else:
                stream.readinto(target)
            stream.close()

    def check():
        assert (result if back == "read" else target) == content

    return run, check, count


GROUPS = {"building": building, "many-streams": many_streams, "small-operations": small_operations}


def peak_memory():
    """ru_maxrss begins with the peak of the process that started this one; VmHWM is this one's own, but only Linux has it."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s*(\d+) kB", status.read())[1]) * 1024
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def main():
    workload, enough = json.loads(sys.argv[1]), float(sys.argv[2]) * 1e6
    run, check, operations = GROUPS[workload["group"]](workload)
    iterations = 1

    def stretch():
        gc.collect()
        start = time.perf_counter_ns()
        run(iterations)
        nanoseconds = time.perf_counter_ns() - start
        peak = peak_memory()
        check()
        return nanoseconds, peak

    for line in sys.stdin:
        request = line.strip()
        answer = {}
        if request == "once":
            idle = peak_memory()
            nanoseconds, peak = stretch()
            answer = {"nanoseconds": nanoseconds / operations, "idle": idle, "peak": peak}
        elif request == "warm":
            total = 0
            while total < 3 * enough:
                nanoseconds, _ = stretch()
                total += nanoseconds
                if nanoseconds < enough / 2:
                    iterations *= 2
        elif request == "round":
            answer = {"nanoseconds": stretch()[0] / iterations / operations}
        print(json.dumps(answer), flush=True)


main()
