# For src/micropython/vm/collector.ts: jumps in every kind of frame that MicroPython may safely collect from, and a try.
import _host
import gc
from uctypes import addressof

# A copy of the C stack: what stands in here is not collected.
stack_size = 16384
_stack = bytearray(stack_size)
stack_address = addressof(_stack)

# What the host calls, for no reason but the call.
enter = gc.isenabled

_GARBAGE = 32768


# A loop of one turn: MicroPython looks for what is pending at its jumps.
def jump(*_args, **_names):
    for _ in (0,):
        pass


class _Places:
    def __init__(self):
        jump()

    def method(self):
        jump()

    def __call__(self):
        jump()

    def __iter__(self):
        jump()
        return self

    def __next__(self):
        jump()
        raise StopIteration

    def __enter__(self):
        jump()

    def __exit__(self, *_exception):
        jump()


def _generator():
    try:
        yield jump()
        yield jump()
    except ValueError:
        yield jump()
    finally:
        jump()


def _delegating():
    yield from _generator()


async def _coroutine():
    jump()


async def _awaiting():
    async with _Asynchronous():
        async for _ in _Asynchronous():
            pass
    await _coroutine()


class _Asynchronous:
    async def __aenter__(self):
        jump()

    async def __aexit__(self, *_exception):
        jump()

    def __aiter__(self):
        return self

    async def __anext__(self):
        jump()
        raise StopAsyncIteration


def _closure():
    def inner():
        jump(cell)

    cell = 1
    return inner


def _generators():
    for make in (_generator, _delegating):
        for _ in make():
            jump()
        g = make()
        next(g)
        g.send(None)
        g.close()
        g = make()
        next(g)
        g.throw(ValueError)
    try:
        _awaiting().send(None)
    except StopIteration:
        jump()


def visit():
    places = _Places()
    places.method()
    places()
    for _ in places:
        pass
    with places:
        jump()
    _closure()()
    _generators()
    jump(*(1, 2), **{"a": 1})
    (lambda: jump())()
    [jump() for _ in (0,)]
    try:
        raise ValueError
    except ValueError:
        jump()
    finally:
        jump()
    import _jump

    execfile("/rom/lib/_jump.py", {})
    exec("jump()", {"jump": jump})
    eval("jump()", {"jump": jump})


# Returns whether collecting frees what nobody has, and nothing else.
def works():
    kept = [[n] for n in range(100)]
    before = gc.mem_alloc()
    bytearray(_GARBAGE)
    collect()
    return gc.mem_alloc() < before + _GARBAGE // 2 and kept == [[n] for n in range(100)]


# Collects at the jump of its loop.
def collect():
    gc.collect()
    more = _host.collect()
    while more:
        more = False
