# A database of keys in their order, by MicroPython's documentation of the module. It is in memory while it is open, and
# written as a whole by flush() and close(). Its file is of this format only: a board cannot read it, nor this a board's.
from errno import EINVAL
from struct import calcsize, pack, unpack_from

INCL = 1
DESC = 2

_MAGIC = b"espnow btree 1\n"
_HEADER = "<II"  # bytes and entries that follow


def _bytes(data):
    return data.encode() if isinstance(data, str) else bytes(memoryview(data))


class _BTree:
    def __init__(self, stream):
        self._stream = stream
        self._entries = self._load()
        self._keys = None  # in their order, where that is known

    def _load(self):
        self._stream.seek(0)
        text = self._stream.read()
        if not text:
            return {}
        if not text.startswith(_MAGIC):
            raise OSError(EINVAL)
        at = len(_MAGIC)
        length, count = unpack_from(_HEADER, text, at)
        at += calcsize(_HEADER)
        entries = {}
        for _ in range(count):
            key_length, value_length = unpack_from(_HEADER, text, at)
            at += calcsize(_HEADER)
            entries[text[at : at + key_length]] = text[at + key_length : at + key_length + value_length]
            at += key_length + value_length
        return entries

    def flush(self):
        body = b"".join(pack(_HEADER, len(key), len(value)) + key + value for key, value in self._entries.items())
        self._stream.seek(0)
        self._stream.write(_MAGIC + pack(_HEADER, len(body), len(self._entries)) + body)
        if hasattr(self._stream, "flush"):
            self._stream.flush()

    def close(self):
        if self._stream is not None:
            self.flush()
            self._stream = None

    def get(self, key, default=None):
        return self._entries.get(_bytes(key), default)

    def put(self, key, value, flags=0):
        key = _bytes(key)
        if key not in self._entries:
            self._keys = None
        self._entries[key] = _bytes(value)

    def __getitem__(self, key):
        return self._entries[_bytes(key)]

    def __setitem__(self, key, value):
        self.put(key, value)

    def __delitem__(self, key):
        del self._entries[_bytes(key)]
        self._keys = None

    def __contains__(self, key):
        return _bytes(key) in self._entries

    def __iter__(self):
        return self.keys()

    def keys(self, start=None, end=None, flags=0):
        if self._keys is None:
            self._keys = sorted(self._entries)
        descending = flags & DESC
        start = None if start is None else _bytes(start)
        end = None if end is None else _bytes(end)
        for key in reversed(self._keys) if descending else list(self._keys):
            if start is not None and (key > start if descending else key < start):
                continue
            if end is not None and key == end and not flags & INCL:
                return
            if end is not None and (key < end if descending else key > end):
                return
            yield key

    def values(self, start=None, end=None, flags=0):
        for key in self.keys(start, end, flags):
            yield self._entries[key]

    def items(self, start=None, end=None, flags=0):
        for key in self.keys(start, end, flags):
            yield key, self._entries[key]


def open(stream, *, flags=0, pagesize=0, cachesize=0, minkeypage=0):
    return _BTree(stream)
