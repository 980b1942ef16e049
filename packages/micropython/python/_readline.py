# A line that is typed at a prompt, with the keys of MicroPython's own (shared/readline).
import __main__
import builtins

from _serial import following, read_byte, write

_HISTORY = 8
_INDENT = "    "
_history = []
_last = 0  # byte

# What keys send after ESC, or as control characters, to what they do.
_ESCAPES = {
    "[A": "older",
    "[B": "newer",
    "[C": "right",
    "[D": "left",
    "[H": "home",
    "[F": "end",
    "OH": "home",
    "OF": "end",
    "[1~": "home",
    "[7~": "home",
    "[4~": "end",
    "[8~": "end",
    "[3~": "delete",
}
_CONTROLS = {
    1: "home",
    2: "left",
    4: "delete",
    5: "end",
    6: "right",
    8: "backspace",
    9: "complete",
    11: "cut_right",
    14: "newer",
    16: "older",
    21: "cut_left",
    127: "backspace",
}


# Returns what was typed after `before` (the lines above, of the same statement), or the control character that ended it.
def read_line(prompt, before=""):
    global _last
    write(prompt)
    line = _Line(prompt)
    line.insert(_indentation(before))
    while True:
        c = read_byte()
        follows_cr = _last == 13
        _last = c
        if c == 13 or (c == 10 and not follows_cr):  # a file that is piped in has line feeds
            write("\r\n")
            _remember(line.text)
            return line.text
        if c == 3 or (1 <= c <= 5 and not line.text):
            return c
        if c == 27:
            c = _escape()
            line.press(_ESCAPES.get(c))
        elif c < 32 or c == 127:
            line.press(_CONTROLS.get(c))
        else:
            line.insert(_character(c))


def _character(first):
    try:
        return str(bytes([first] + [read_byte() for _ in range(following(first))]), "utf8")
    except UnicodeError:
        return ""


def _escape():
    sequence = chr(read_byte())
    if sequence in "[O":
        sequence += chr(read_byte())
        while sequence[-1] in "0123456789;":
            sequence += chr(read_byte())
    return sequence


def _remember(text):
    if text and _history[:1] != [text]:
        _history.insert(0, text)
        del _history[_HISTORY:]


# That of the line above, deeper after a colon; none after two lines of spaces only, so that Enter ends the statement.
def _indentation(before):
    lines = before.split("\n")[:-1]
    if not lines or (len(lines) > 2 and not lines[-1].strip() and not lines[-2].strip()):
        return ""
    last = lines[-1]
    depth = (len(last) - len(last.lstrip(" "))) // len(_INDENT)
    return _INDENT * (depth + last.endswith(":"))


class _Line:
    def __init__(self, prompt):
        self._prompt = prompt
        self.text = ""
        self._at = 0
        self._age = -1  # in the history

    def insert(self, text):
        if text:
            self._change(self._at, self._at, text)

    def press(self, key):
        if key:
            getattr(self, "_" + key)()

    # Replaces what stands between two places, and leaves the cursor behind it.
    def _change(self, start, end, text=""):
        shorter = end - start > len(text)
        _back(self._at - start)
        tail = self.text[end:]
        self.text = self.text[:start] + text + tail
        if shorter:
            write("\x1b[K")
        write(text + tail)
        _back(len(tail))
        self._at = start + len(text)

    def _move(self, to):
        if to < self._at:
            _back(self._at - to)
        else:
            write(self.text[self._at : to])
        self._at = to

    def _home(self):
        self._move(0)

    def _end(self):
        self._move(len(self.text))

    def _left(self):
        self._move(max(0, self._at - 1))

    def _right(self):
        self._move(min(len(self.text), self._at + 1))

    # Of an indentation, a level.
    def _backspace(self):
        before = self.text[: self._at]
        count = 4 if len(before) >= 4 and not before.strip(" ") else min(1, self._at)
        if count:
            self._change(self._at - count, self._at)

    def _delete(self):
        if self._at < len(self.text):
            self._change(self._at, self._at + 1)

    def _cut_right(self):
        self._change(self._at, len(self.text))

    def _cut_left(self):
        self._change(0, self._at)

    def _older(self):
        self._recall(min(self._age + 1, len(_history) - 1))

    def _newer(self):
        self._recall(max(self._age - 1, -1))

    def _recall(self, age):
        if age != self._age:
            self._age = age
            self._change(0, len(self.text), _history[age] if age >= 0 else "")

    # The name at the cursor, as far as there is one way to go on; where there are several they are shown.
    def _complete(self):
        before = self.text[: self._at]
        if not before.strip(" "):
            self.insert(_INDENT)
            return
        names, typed = _names_at(before)
        if not names:
            return
        common = names[0]
        while not all(name.startswith(common) for name in names):
            common = common[:-1]
        if len(common) > len(typed):
            self.insert(common[len(typed) :])
        elif len(names) > 1:
            write("\r\n" + "    ".join(names) + "\r\n" + self._prompt)
            place, self._at = self._at, 0
            self._move(len(self.text))
            self._move(place)


# The names that go on from what stands before the cursor, and the part of them that is typed.
def _names_at(before):
    start = len(before)
    while start and (before[start - 1].isalpha() or before[start - 1].isdigit() or before[start - 1] in "_."):
        start -= 1
    path = before[start:].split(".")
    typed = path.pop()
    try:
        names = dir(_follow(path)) if path else list(__main__.__dict__) + dir(builtins)
    except (AttributeError, KeyError):
        return [], typed
    shown = {name for name in names if name.startswith(typed) and (typed or not name.startswith("_"))}
    return sorted(shown), typed


def _follow(path):
    found = __main__.__dict__[path[0]]
    for name in path[1:]:
        found = getattr(found, name)
    return found


# As a board: a few steps by as many characters, more by an escape sequence.
def _back(count):
    if 0 < count <= 4:
        write("\b" * count)
    elif count > 4:
        write("\x1b[%uD" % count)
