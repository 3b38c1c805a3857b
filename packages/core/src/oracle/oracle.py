"""CPython's side of the comparison: runs steps on io.BytesIO and tells what came of each.

A request is {"steps": [[name, *arguments], ...]}; the answer is a trace, with an entry for each step: [result, tell] or,
when the content has changed, [result, tell, content]. tell is -1 when the stream is closed. Any other request is answered
with the version of Python. operations.ts explains the steps and their arguments.
"""

import _pyio
import io
import json
import operator
import platform
import sys
import zlib

# Number.MAX_SAFE_INTEGER: the cursor stops there as it stops at sys.maxsize in CPython.
LAST_POSITION = 2**53 - 1
# No memory reaches as far as this, in either language.
UNREACHABLE = 2**47


class Stream:
    """io.BytesIO, except while a view is exported.

    CPython documents that an exported view forbids to resize or close the stream, but its C code refuses every write
    (its issue 85269). _pyio.BytesIO refuses what the documentation says, so it stands in for what could change the size.
    """

    MAY_RESIZE = frozenset(["write", "writelines", "truncate", "close", "__exit__"])

    def __init__(self, *initial):
        self.plain = io.BytesIO(*initial)
        self.viewed = None
        self.views = []

    def call(self, name, *args):
        if self.viewed is None:
            if name in self.MAY_RESIZE and not self.closed and self.plain.tell() > UNREACHABLE:
                return self.fail_to_grow(name, *args)
            return getattr(self.plain, name)(*args)
        if name in ("close", "__exit__"):
            # _pyio lets a stream of 0 bytes be closed; the documentation of getbuffer() does not.
            raise BufferError
        if name in self.MAY_RESIZE:
            try:
                return getattr(self.viewed, name)(*args)
            except MemoryError:
                # _pyio makes the zeros of a gap before it looks whether it may grow.
                raise BufferError from None
        copy = io.BytesIO(self.viewed.getvalue())
        copy.seek(self.viewed.tell())
        try:
            return getattr(copy, name)(*args)
        finally:
            self.viewed.seek(copy.tell())

    def fail_to_grow(self, name, *args):
        """CPython's C code loses its buffer, and is closed, when there is no memory; BytesIO stays as it was."""
        before = self.plain.getvalue(), self.plain.tell()
        try:
            return getattr(self.plain, name)(*args)
        except MemoryError:
            self.plain = io.BytesIO(before[0])
            self.plain.seek(before[1])
            raise

    @property
    def closed(self):
        return self.plain.closed

    def getbuffer(self):
        if self.viewed is None:
            self.viewed = _pyio.BytesIO(self.plain.getvalue())
            self.viewed.seek(self.plain.tell())
        view = self.viewed.getbuffer()
        self.views.append(view)
        return view.nbytes

    def release(self, index):
        self.views.pop(index).release()
        if not self.views:
            self.plain = io.BytesIO(self.viewed.getvalue())
            self.plain.seek(self.viewed.tell())
            self.viewed = None

    def write(self, data):
        try:
            return self.call("write", data)
        except TypeError:
            # Which of two errors comes first has changed: newer versions look at the argument before `closed`.
            self.call("tell")
            raise

    def truncate(self, size=None):
        # Newer versions look at `closed` before the argument.
        return self.call("truncate", size if size is None else operator.index(size))

    def writelines(self, lines):
        return self.call("writelines", (self.viewed or self.plain) if lines is self else lines)

    def seek(self, *args):
        before = self.call("tell") if not self.closed else 0
        position = self.call("seek", *args)
        if position > LAST_POSITION:
            self.call("seek", before)
            raise OverflowError("new position too large")
        return position

    def peek(self, size=0):
        # New in Python 3.16: "Return bytes from the current position onwards without advancing the position"
        # (documentation of io.BytesIO.peek); a size below 1 asks for all of them.
        size = operator.index(size)
        before = self.call("tell")
        try:
            return self.call("read", size if size >= 1 else -1)
        finally:
            self.call("seek", before)

    def readinto(self, target, method="readinto"):
        return [self.call(method, target), bytes(target)]

    def readinto1(self, target):
        return self.readinto(target, "readinto1")

    def iter(self):
        self.call("__iter__")

    def next(self):
        try:
            return self.call("__next__")
        except StopIteration:
            return None

    def loop(self, most):
        lines = []
        while len(lines) < most:
            line = self.next()
            if line is None:
                break
            lines.append(line)
        return lines

    def chunks(self, size, most):
        chunks = []
        while len(chunks) < most and (chunk := self.call("read", size)):
            chunks.append(chunk)
        return chunks

    def exit(self):
        return self.call("__exit__", None, None, None)


def view_step(stream, name, index, *args):
    if not stream.views:
        return None
    index %= len(stream.views)
    view = stream.views[index]
    if name == "view.release":
        return stream.release(index)
    if name == "view.read":
        return bytes(view)
    at, byte = args
    if view.nbytes:
        view[at % view.nbytes] = byte
    return None


def decode(value, stream, temporary):
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        pattern = value["bytes"].encode("latin-1")
        length = value.get("length", len(pattern))
        return bytearray((pattern * (length // max(len(pattern), 1) + 1))[:length])
    if "view" in value:
        if not stream.views:
            return bytearray()
        index, start, end = value["view"]
        part = stream.views[index % len(stream.views)][start:end]
        temporary.append(part)
        return part
    if "float" in value:
        return float(value["float"])
    if "list" in value:
        items = [decode(item, stream, temporary) for item in value["list"]]
        return iter(items) if value.get("lazy") else items
    if "stream" in value:
        return stream
    if "undefined" in value:
        return None
    if "minusZero" in value:
        return 0
    return object()


def encode(result):
    if isinstance(result, (bytes, bytearray)):
        if len(result) <= 32:
            return {"b": result.decode("latin-1")}
        return {"n": len(result), "crc": zlib.crc32(result)}
    if isinstance(result, list):
        return [encode(item) for item in result]
    return result


def kind(error):
    if isinstance(error, io.UnsupportedOperation):
        return "unsupported"
    if isinstance(error, BufferError):
        return "buffer"
    if isinstance(error, TypeError):
        return "type"
    if isinstance(error, ValueError) and "closed" in str(error):
        return "closed"
    if isinstance(error, (ValueError, OverflowError, MemoryError)):
        return "range"
    return f"{type(error).__name__}: {error}"


def run(steps):
    stream = Stream()
    content = b""
    entries = []
    for name, *values in steps:
        temporary = []
        try:
            args = [decode(value, stream, temporary) for value in values]
            if name == "new":
                stream = Stream(*args)
                result = None
            elif name.startswith("view."):
                result = view_step(stream, name, *args)
            elif hasattr(Stream, name):
                result = getattr(stream, name)(*args)
            else:
                result = stream.call(name, *args)
            entry = [encode(result)]
        except Exception as error:
            entry = [{"error": kind(error)}]
        for part in temporary:
            part.release()
        if stream.closed:
            entry.append(-1)
        else:
            entry.append(stream.call("tell"))
            now = stream.call("getvalue")
            if now is not content and now != content:
                entry.append(encode(now))
            content = now
        entries.append(entry)
    return entries


for line in sys.stdin:
    request = json.loads(line)
    answer = run(request["steps"]) if "steps" in request else platform.python_version()
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()
