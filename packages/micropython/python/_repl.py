# The REPL of a board: https://docs.micropython.org/en/latest/reference/repl.html
import __main__
import os
import sys

import _sys
import _calls
from _bridge import ask, wait
from _micropython import kbd_intr
from _readline import read_line
from _serial import read_byte, stdin, stdout, write
from _traceback import print_exception

_CTRL_A, _CTRL_B, _CTRL_C, _CTRL_D, _CTRL_E = range(1, 6)
_SOFT_RESET = 4  # by the order of RESET_CAUSES on the host
_WINDOW = 128  # bytes that a host may send in raw paste mode before it is told to go on

_names = __main__.__dict__
_is_raw = False


# Runs the board's programs, and is at the REPL until it is reset.
def run(main, is_raw):
    global _is_raw
    _is_raw = is_raw
    _sys.stdin = stdin
    _sys.stdout = _sys.stderr = stdout
    ended = _run_file("/boot.py") or (not is_raw and _run_file(main))
    while not ended:
        try:
            ended = _raw() if _is_raw else _friendly()
        except KeyboardInterrupt:
            pass  # it came when the program had just ended
    ask(_calls.MACHINE_RESTART, _SOFT_RESET, data=bytes(8))
    while True:  # the host has ended this program
        wait(-1)


# Of the next REPL, after a soft reset too.
def _set_raw(is_raw):
    global _is_raw
    _is_raw = is_raw
    ask(_calls.REPL_SET_RAW, int(is_raw))


def _run_file(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return _execute(lambda: execfile(path.lstrip("/"), _names))


# Returns whether it was ended by SystemExit, which resets a board. `begin` is told when Ctrl-C interrupts; `end` follows
# the output, and the traceback.
def _execute(function, begin="", end=""):
    problem = None
    try:
        kbd_intr(_CTRL_C)
        try:
            write(begin)
            function()
        finally:
            kbd_intr(-1)
            wait(0)  # a Ctrl-C may have come before
    except BaseException as e:
        problem = e
    write(end)
    if problem is not None and not isinstance(problem, SystemExit):
        print_exception(problem)
    write(end)
    return isinstance(problem, SystemExit)


def _source(text, mode):
    return lambda: exec(compile(bytes(text), "<stdin>", mode), _names)


# Returns whether the board is to be reset; else the other REPL is next.
def _friendly():
    _banner()
    while True:
        typed = read_line(">>> ")
        if typed == _CTRL_A:
            write("\r\n")
            _set_raw(True)
            return False
        if typed == _CTRL_B:
            write("\r\n")
            _banner()
        elif typed == _CTRL_C:
            write("\r\n")
        elif typed == _CTRL_D:
            write("\r\n")
            return True
        elif typed:
            source = _source(_paste(), "exec") if typed == _CTRL_E else _statement(typed)
            if source and _execute(source):
                return True


def _banner():
    version = sys.version.split("; ")[1]
    write("%s; %s\r\n" % (version, _sys.implementation._machine))
    write('Type "help()" for more information.\r\n')


# A statement whose first line is typed; nothing where it is cancelled.
def _statement(text):
    while _goes_on(text):
        text += "\n"
        typed = read_line("... ", text)
        if typed == _CTRL_C:
            write("\r\n")
            return None
        if typed == _CTRL_D:
            break
        if isinstance(typed, str):
            text += typed
    return _source(text.encode(), "single")


_COMPOUND = ("if", "while", "for", "try", "with", "def", "class", "async")


# Whether a statement needs more lines.
def _goes_on(text):
    depth, quote = _unclosed(text)
    if len(quote) == 3 or (depth > 0 and not quote) or text.endswith("\\"):
        return True
    word = ""
    for c in text:
        if not (c.isalpha() or c.isdigit() or c == "_"):
            break
        word += c
    return (word in _COMPOUND or text[0] == "@") and text[-1] != "\n"


# How many brackets are open at the end, and in which quotes it is.
def _unclosed(text):
    depth = at = 0
    quote = ""
    while at < len(text):
        c = text[at]
        if quote:
            if c == "\\":
                at += 1
            elif text.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
        elif c in "'\"":
            quote = c * 3 if text.startswith(c * 3, at) else c
            at += len(quote) - 1
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        at += 1
    return depth, quote


# Nothing where it is cancelled.
def _paste():
    write("\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
    text = bytearray()
    while True:
        c = read_byte()
        if c == _CTRL_C or c == _CTRL_D:
            write("\r\n")
            return b"" if c == _CTRL_C else text
        text.append(c)
        write("\r\n=== " if c == 13 else bytes((c,)))


def _raw():
    write("raw REPL; CTRL-B to exit\r\n>")
    text = bytearray()
    while True:
        c = read_byte()
        if c == _CTRL_A and len(text) == 2 and text[0] == _CTRL_E:
            if _raw_paste(text[1]):
                return True
        elif c == _CTRL_A:
            write("raw REPL; CTRL-B to exit\r\n")
        elif c == _CTRL_B:
            write("\r\n")
            _set_raw(False)
            return False
        elif c == _CTRL_D:
            if not text:
                write("OK\r\n")
                return True
            if _execute(_source(text, "exec"), "OK", "\x04"):
                return True
        elif c != _CTRL_C:
            text.append(c)
            continue
        text = bytearray()
        if c != _CTRL_C:
            write(">")


# Takes code with flow control, and runs it. Returns as _execute.
def _raw_paste(command):
    if command != 65:  # A
        write(b"R\x00")
        return False
    write(b"R\x01" + bytes((_WINDOW & 0xFF, _WINDOW >> 8)) + b"\x01")
    text = bytearray()
    while (c := read_byte()) != _CTRL_C and c != _CTRL_D:
        text.append(c)
        if len(text) % _WINDOW == 0:
            write(b"\x01")
    return _execute(_source(text, "exec") if c == _CTRL_D else _cancel, "\x04", "\x04")


def _cancel():
    raise KeyboardInterrupt
