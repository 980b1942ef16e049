# The way to the board: see src/vm/host-functions.ts. What the board refuses is raised here.
import _host
from micropython import schedule
from uctypes import addressof

from _errno import number_on_board
from _traceback import print_exception

_WRONG_VALUE = -0x10000
_WITH_NAME = -0x2700  # ESP-IDF's errors, and those of its TLS

# Words that the board keeps up to date (src/vm/state-words.ts).
NEXT_LENGTH = 0
SENDS_PENDING = 1
SEND_FAILURES = 2
INPUT = 3  # bytes that were typed and not read
LATE_AIR = 4  # 1: the air's clock is waited for

# Whose callback an event is for (src/bridge/event-kinds.ts).
ESPNOW_IRQ = 0
PIN_IRQ = 1
TIMER = 2
HOUSE = 3
UART_IRQ = 4

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
random = _host.random  # puts random bytes into `buffer`
interrupt_char = _host.interrupt_char
ticks_us = _host.ticks_us
write_bytes = _host.write_bytes  # prints the first bytes of `buffer`
attach_program = _host.attach_program
_reply_length = _host.reply_length
_wait = _host.wait
_pending = _host.pending
del _host


# Blocks for `ms` milliseconds (-1: forever), or until something happened since this returned last; 0 only looks.
# Callbacks run before it returns: one at each jump of the loop.
def wait(ms, host_wait=_wait, pending=_pending):
    more = host_wait(ms)
    while more:
        more = pending()


def _fail(result):
    text = str(view[: _reply_length()], "utf8")
    if result == _WRONG_VALUE:
        raise ValueError(text)
    if result <= _WITH_NAME:
        raise OSError(result, text)
    raise OSError(number_on_board(-result))


# Asks the board for one of its operations (_calls.py), with up to three numbers and anything with a buffer, or a text.
# Returns a number.
def ask(op, a=0, b=0, c=0, data=None):
    if data is None:
        result = call_host(op, 0, a, b, c)
    else:
        if isinstance(data, str):
            data = data.encode()
        length = len(data)
        view[:length] = data
        result = call_host(op, length, a, b, c)
    if result < 0:
        _fail(result)
    return result


# As ask, for what is answered by bytes. No jump stands between the call and the copy: at a jump a callback may run, and
# ask too.
def query(op, a=0, b=0, c=0, data=b""):
    length = len(data)
    view[:length] = data
    result = call_host(op, length, a, b, c)
    answer = bytes(view[: _reply_length()])
    if result < 0:
        view[: len(answer)] = answer
        _fail(result)
    return answer
