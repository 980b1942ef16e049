# The serial line of a board that is at its REPL: `sys.stdin` and `sys.stdout`. What is written as text has its line
# ends made "\r\n" on the way (src/vm/serial-line.ts); bytes go as they are.
import io
import sys

from _bridge import INPUT, ask, buffer, wait, word, write_bytes
from _calls import REPL_PROMPT

CTRL_C = 3

_keyboard = sys.stdin.buffer
_text = sys.stdout


# The next byte that is typed at the REPL itself.
def read_byte():
    while True:
        try:
            if not word(INPUT):
                ask(REPL_PROMPT)
            while not word(INPUT):
                wait(-1)
            return _keyboard.read(1)[0]
        except KeyboardInterrupt:
            return CTRL_C


# The part of `data` that a stream's method is to write: all, its first `n` bytes (limits: n), or `n` from an offset on
# (limits: offset, n).
def part(data, limits):
    if isinstance(data, str):
        data = data.encode()
    data = memoryview(data)
    if len(limits) > 2:
        raise TypeError("function expected at most 4 arguments, got %d" % (len(limits) + 2))
    start = min(limits[0], len(data)) if len(limits) == 2 else 0
    return data[start : start + max(limits[-1], 0)] if limits else data


def write(data, *limits):
    data = part(data, limits)
    for at in range(0, len(data), len(buffer)):
        piece = data[at : at + len(buffer)]
        buffer[: len(piece)] = piece
        write_bytes(len(piece))
    return len(data)


# How many bytes follow the first one of a character in UTF-8.
def following(first):
    return 0 if first < 0xC0 else 1 if first < 0xE0 else 2 if first < 0xF0 else 3


class _Input(io.IOBase):
    buffer = _keyboard

    def _character(self):
        character = _keyboard.read(1)
        if character == b"\r":
            return "\n"
        return str(character + _keyboard.read(following(character[0])), "utf8")

    def read(self, count=-1):
        text = ""
        while len(text) != count:
            text += self._character()
        return text

    def readline(self, limit=-1):
        line = ""
        while len(line) != limit and line[-1:] != "\n":
            line += self._character()
        return line

    def __iter__(self):
        return self

    def __next__(self):
        return self.readline()

    def readinto(self, target, *limit):
        length = _keyboard.readinto(target, *limit)
        for at in range(length):
            if target[at] == 13:
                target[at] = 10
        return length


class _Bytes(io.IOBase):
    def write(self, data, *limits):
        return write(data, *limits)


class _Output(io.IOBase):
    buffer = _Bytes()

    def write(self, text, *limits):
        return _text.write(text, *limits)


stdin = _Input()
stdout = _Output()
