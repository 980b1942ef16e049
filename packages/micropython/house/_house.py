# What a test has of the boards: docs/testing-micropython.md. Everything is asked of the host, in JSON.
import asyncio
import binascii
import json
from time import time_ns

import _calls
from _bridge import HOUSE, ask, buffer, on, query

_LOOK_MS = 10  # between two looks at a condition that tells nobody of its changes
_LONGEST_MS = 86400000  # of one wait: the ticks of asyncio wrap
_SHOWN = 300  # characters of a value that a failed assertion shows
_flag = asyncio.ThreadSafeFlag()
_news = asyncio.Event()

on(HOUSE, lambda _: _flag.set())


# Wakes whoever waits for a board.
async def _watch():
    while True:
        await _flag.wait()
        _news.set()
        _news.clear()


def _ask(*request):
    request = json.dumps(request).encode()
    size = len(buffer)
    while len(request) > size:
        ask(_calls.HOUSE_PUT, data=request[:size])
        request = request[size:]
    answer = part = query(_calls.HOUSE_ASK, data=request)
    while len(part) == size:
        part = query(_calls.HOUSE_MORE)
        answer += part
    return json.loads(answer)


def _base64(content):
    if isinstance(content, str):
        content = content.encode()
    return str(binascii.b2a_base64(content, newline=False), "utf8")


# Milliseconds since the test began.
def _now():
    return time_ns() // 1000000 - _begun


_begun = 0
_begun = _now()


# Waits until `look` returns something, and returns that; None: it did not within that many seconds.
async def _until(look, seconds):
    end = _now() + seconds * 1000
    while (found := look()) is None:
        left = int(end - _now())
        if left <= 0:
            return None
        try:
            await asyncio.wait_for_ms(_news.wait(), min(left, _LONGEST_MS))
        except asyncio.TimeoutError:
            pass
    return found


# Waits that were made and never awaited: a test that forgets `await` tests nothing.
_forgotten = []


def _to_be_awaited(what, coroutine):
    entry = [what]
    _forgotten.append(entry)
    return coroutine(entry)


class _Files:
    def __init__(self, board):
        self._board = board

    def __iter__(self):
        return iter(_ask("files", self._board.name))

    def __len__(self):
        return len(_ask("files", self._board.name))

    def __contains__(self, path):
        return _ask("read", self._board.name, path) is not None

    def __getitem__(self, path):
        content = _ask("read", self._board.name, path)
        if content is None:
            raise KeyError(path)
        return binascii.a2b_base64(content)

    def __setitem__(self, path, content):
        _ask("write", self._board.name, path, _base64(content))


class Board:
    def __init__(self, name, mac):
        self.name = name
        self.mac = mac
        self.files = _Files(self)

    def __repr__(self):
        return "<board %s>" % self.name

    @property
    def output(self):
        return _ask("output", self.name)

    # None while its program runs.
    @property
    def exit(self):
        return _ask("exit", self.name)

    def wait_for(self, pattern, timeout=60):
        return _to_be_awaited("wait_for of %s" % self.name, lambda entry: self._wait_for(entry, pattern, timeout))

    async def _wait_for(self, entry, pattern, timeout):
        _forgotten.remove(entry)
        found = await _until(lambda: self._find(pattern), timeout)
        if found is None:
            self._fail(pattern, "within %s s" % timeout)
        return found

    # In what it has printed since the match before.
    def _find(self, pattern):
        text = _ask("unseen", self.name)
        found = pattern if isinstance(pattern, str) else pattern.search(text)
        matched = found if isinstance(pattern, str) or not found else found.group(0)
        at = text.find(matched) if found else -1
        if at >= 0:
            _ask("see", self.name, at + len(matched))
            return found
        if self.exit is not None:
            self._fail(pattern, "before it ended with exit code %d" % self.exit)

    def _fail(self, pattern, when):
        printed = _ask("unseen", self.name)
        said = "it printed %r" % printed[-_SHOWN:] if printed else "it printed nothing"
        what = repr(pattern) if isinstance(pattern, str) else "what the pattern matches"
        raise AssertionError("%s did not print %s %s; since the match before %s" % (self.name, what, when, said))

    def type(self, text):
        _ask("type", self.name, text)

    def reset(self):
        _ask("reset", self.name)

    def power_cycle(self, off=0, rtc=True):
        _ask("power_cycle", self.name, off * 1000, rtc)

    # A pin (0 or 1; None lets go of it), or readings of a device.
    def set(self, what, level=None, **readings):
        if isinstance(what, int):
            _ask("set_pin", self.name, what, level)
        else:
            _ask("set", self.name, what, readings)

    # The level of a pin, or the readings of a device.
    def get(self, what):
        return _ask("get_pin" if isinstance(what, int) else "get", self.name, what)

    # A button: a device, or a pin that it connects to ground.
    def press(self, what, seconds=0.2):
        _ask("press", self.name, what, seconds * 1000)

    # What a person sees of a device: the lines of a display, the state of a relay.
    def shown(self, device):
        return _ask("shown", self.name, device)


class House:
    # Switches a board on.
    def board(
        self,
        program,
        *,
        name=None,
        args=(),
        board=None,
        espnow=None,
        machine=None,
        mac=None,
        position=None,
        access_point=None,
        files=None,
        hardware=None,
        devices=None,
        script=None,
        start=0,
        may_fail=False
    ):
        options = {
            "name": name,
            "argv": [str(arg) for arg in args],
            "board": board,
            "espnow": espnow,
            "machineName": machine,
            "mac": mac,
            "position": position,
            "accessPoint": access_point,
            "files": {path: _base64(content) for path, content in (files or {}).items()},
            "hardware": hardware,
            "devices": devices,
            "script": script,
            "startMs": start * 1000,
            "mayFail": may_fail,
        }
        return Board(*_ask("board", program, options))

    # The share of frames that is lost: between two boards, of one board with all others, or of all boards.
    def link(self, a=None, b=None, *, loss):
        _ask("link", a and a.name, b and b.name, loss)

    # Seconds since the test began.
    @property
    def time(self):
        return _now() / 1000

    def sleep(self, seconds):
        return _to_be_awaited("house.sleep", lambda entry: self._sleep(entry, seconds))

    async def _sleep(self, entry, seconds):
        _forgotten.remove(entry)
        end = _now() + seconds * 1000
        while (left := int(end - _now())) > 0:
            await asyncio.sleep_ms(min(left, _LONGEST_MS))

    # Waits until a function returns something true, and returns that.
    def until(self, condition, timeout=60):
        return _to_be_awaited("house.until", lambda entry: self._until(entry, condition, timeout))

    async def _until(self, entry, condition, timeout):
        _forgotten.remove(entry)
        end = _now() + timeout * 1000
        while not (found := condition()):
            if _now() >= end:
                raise AssertionError("the condition did not come true within %s s" % timeout)
            await asyncio.sleep_ms(_LOOK_MS)
        return found


_COMPARISONS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
}


# In place of `assert a == b`, which would not say what a and b are: src/house/assertions.ts.
def check(a, operator, b):
    if not _COMPARISONS[operator](a, b):
        raise AssertionError("%s %s %s" % (_show(a), operator, _show(b)))


def _show(value):
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


# Runs one test of a file.
def run(path, name, takes_house, is_async):
    names = {"__name__": path.rsplit("/", 1)[-1][:-3], "__check__": check}
    execfile(path.lstrip("/"), names)
    test = names[name]
    args = (House(),) if takes_house else ()
    if is_async:
        asyncio.run(_conduct(test, args))
    else:
        test(*args)
    if _forgotten:
        raise AssertionError("%s was not awaited: write await before it" % _forgotten[0][0])


async def _conduct(test, args):
    watcher = asyncio.create_task(_watch())
    try:
        await test(*args)
    finally:
        watcher.cancel()
