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


def write(data):
    if isinstance(data, str):
        data = data.encode()
    data = memoryview(data)
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

    def readinto(self, target):
        length = _keyboard.readinto(target)
        for at in range(length):
            if target[at] == 13:
                target[at] = 10
        return length


class _Bytes(io.IOBase):
    def write(self, data):
        return write(data)


class _Output(io.IOBase):
    buffer = _Bytes()

    def write(self, text):
        return _text.write(text)


stdin = _Input()
stdout = _Output()
