# The way to the host: see src/micropython/vm/host-module.ts. What the host refuses is raised here.
import _host
from micropython import schedule
from uctypes import addressof

from _traceback import print_exception

_WRONG_VALUE = -0x10000

# Words that the host keeps up to date (src/micropython/channel/control-block.ts).
NEXT_LENGTH = 7
SENDS_PENDING = 8
SEND_FAILURES = 9
INPUT = 14  # bytes that were typed and not read

# Whose callback an event is for (src/micropython/channel/event-kinds.ts).
ESPNOW_IRQ = 0
PIN_IRQ = 1
TIMER = 2

_KIND_BITS = 4

_handlers = {}


# From now on MicroPython calls `function` with the value of each event of a kind; None: with none.
def on(kind, function):
    _handlers[kind] = function


# What `micropython.schedule` calls. A board prints what a callback raises, and goes on.
def _dispatch(event):
    function = _handlers.get(event & ((1 << _KIND_BITS) - 1))
    if function is None:
        return
    try:
        function(event >> _KIND_BITS)
    except BaseException as e:
        print_exception(e)


buffer = bytearray(8192)
view = memoryview(buffer)
_host.attach(addressof(buffer), schedule, _dispatch)

call_host = _host.call
word = _host.word
random = _host.random  # so many random bytes, in `buffer`
interrupt_char = _host.interruptChar
ticks_us = _host.ticksUs
save_files = _host.saveFiles
write_bytes = _host.writeBytes  # to the output, so many bytes of `buffer`


# Blocks for `ms` milliseconds (-1: for ever), or until the host rang since this returned last; 0 only looks. Callbacks
# run before it returns: one at each jump of the loop.
def wait(ms, host_wait=_host.wait, pending=_host.callbacksPending):
    more = host_wait(ms)
    while more:
        more = pending()


# Asks the host; `length` bytes of `buffer` go with it. Returns a number; bytes of the answer stand in `buffer`.
def ask(op, length=0, a=0, b=0):
    result = _host.call(op, length, a, b)
    if result >= 0:
        return result
    _fail(result, view[: _host.replyLength()])


def _fail(result, text):
    text = str(text, "utf8")
    if result == _WRONG_VALUE:
        raise ValueError(text)
    if result < -0x3000:
        raise OSError(result, text)
    raise OSError(-result)


# As ask, with `data` as the bytes: anything with a buffer, a string too.
def call(op, data=b"", a=0, b=0):
    if isinstance(data, str):
        data = data.encode()
    length = len(data)
    view[:length] = data
    return ask(op, length, a, b)


# As call, and returns the bytes of the answer. No jump stands between the call and the copy: at a jump a callback may
# run, and ask too.
def query(op, data=b"", a=0, b=0):
    view[: len(data)] = data
    result = call_host(op, len(data), a, b)
    answer = bytes(view[: _host.replyLength()])
    if result < 0:
        _fail(result, answer)
    return answer


# The bytes of the last answer.
def reply():
    return bytes(view[: _host.replyLength()])
