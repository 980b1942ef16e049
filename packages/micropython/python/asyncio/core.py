# The scheduler. Task and TaskQueue are MicroPython's own, in C; they find `cur_task`, `_task_queue` and
# `CancelledError` in this module by name. A task's `data` is what it waits in while it waits, what is to be thrown into
# it while it is due, and what it ended with when it is done. Its `state`: True while it runs, a queue once tasks wait
# for its end (or something to be called then), None when it ended unseen, False when somebody saw the end.
import select
import sys
from time import ticks_add, ticks_diff, ticks_ms as ticks
from _asyncio import Task, TaskQueue
from _bridge import wait
from _traceback import print_exception


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


# Awaited once: puts the task that awaits it back into the queue until its time has come.
class _Sleep:
    def __init__(self, due):
        self._due = due

    def __iter__(self):
        return self

    def __next__(self):
        due = self._due
        if due is None:
            raise StopIteration
        self._due = None
        _task_queue.push(cur_task, due)


# Leaves the running task in `queue`, where Task.cancel finds it.
def wait_in(queue):
    queue.push(cur_task)
    cur_task.data = queue


# The same object again and again, where it was awaited: to sleep takes no memory.
_sleep = _Sleep(None)


def sleep_ms(t):
    global _sleep
    if _sleep._due is not None:
        _sleep = _Sleep(None)
    _sleep._due = ticks_add(ticks(), max(0, t))
    return _sleep


def sleep(t):
    return sleep_ms(int(t * 1000))


# The tasks that wait until a stream can be read or written: one for each direction.
class IOQueue:
    def __init__(self):
        self.poller = select.poll()
        self.map = {}  # id of a stream: [reader, writer, stream]

    def queue_read(self, s):
        self._enqueue(s, 0)

    def queue_write(self, s):
        self._enqueue(s, 1)

    def _enqueue(self, s, direction):
        entry = self.map.setdefault(id(s), [None, None, s])
        assert entry[direction] is None, "another task waits for this stream"
        entry[direction] = cur_task
        self._watch(entry)
        cur_task.data = self

    # Makes the poller look for what is still waited for.
    def _watch(self, entry):
        reader, writer, s = entry
        if reader or writer:
            self.poller.register(s, (select.POLLIN if reader else 0) | (select.POLLOUT if writer else 0))
        else:
            self._dequeue(s)

    def _dequeue(self, s):
        del self.map[id(s)]
        self.poller.unregister(s)

    # Called by Task.cancel.
    def remove(self, task):
        for entry in self.map.values():
            if task in entry[:2]:
                entry[entry.index(task)] = None
                return self._watch(entry)

    # Waits for `dt` milliseconds (negative: no limit), until a stream is ready or until something else happened: a
    # callback may have set an Event. `task`: which was the next one when `dt` was reckoned. Where no task waits for a
    # stream it takes no memory: the heap may be locked.
    def wait_io_event(self, dt, task=None):
        wait(0)  # callbacks that are due may make a stream ready
        if not self._wake_ready() and dt and _task_queue.peek() is task:
            wait(dt)
            self._wake_ready()

    def _wake_ready(self):
        ready = self.map and self.poller.poll(0)
        if not ready:
            return False
        for s, events in ready:
            entry = self.map[id(s)]
            for direction, other in ((0, select.POLLOUT), (1, select.POLLIN)):
                task = entry[direction]
                if task and events & ~other:  # errors wake both
                    entry[direction] = None
                    _task_queue.push(task)
            self._watch(entry)
        return True


def create_task(coro):
    if not hasattr(coro, "send"):
        raise TypeError("coroutine expected")
    task = Task(coro, globals())
    _task_queue.push(task)
    return task


def _promote_to_task(aw):
    return aw if isinstance(aw, Task) else create_task(aw)


# Waits until a task is due. None: nothing is left that could ever wake one, and no main task waits to be woken by a
# callback.
def _next_task(main_task):
    while True:
        task = _task_queue.peek()
        if task:
            dt = max(0, ticks_diff(task.ph_key, ticks()))
        elif _io_queue.map or main_task:
            dt = -1
        else:
            return None
        _io_queue.wait_io_event(dt, task)
        if dt == 0:
            return _task_queue.pop()


# Runs all tasks until `main_task` ends: returns what it returned, or raises what ended it.
def run_until_complete(main_task=None):
    global cur_task
    while True:
        cur_task = task = _next_task(main_task)
        if task is None:
            return
        if task.done():
            _report(task)
            continue
        try:
            error = task.data
            if error:
                task.data = None
                task.coro.throw(error)
            else:
                task.coro.send(None)
        except (CancelledError, Exception) as er:
            if task is main_task:
                cur_task = None
                if isinstance(er, StopIteration):
                    return er.value
                raise
            _ended(task, er)


def _ended(task, er):
    waiting = task.state
    task.data = er
    if waiting is True:
        task.state = None
        if not isinstance(er, (CancelledError, StopIteration)):
            _task_queue.push(task)  # once more, so that those who want its result may still come
            task.data = er
        return
    task.state = False
    if callable(waiting):
        waiting(task, er)
        return
    while waiting.peek():
        _task_queue.push(waiting.pop())


# A task failed, and nobody came for its result.
def _report(task):
    if task.state is None:
        message = "Task exception wasn't retrieved"
        Loop.call_exception_handler({"message": message, "exception": task.data, "future": task})


def run(coro):
    return run_until_complete(create_task(coro))


async def _stopper():
    pass


# There is one loop: the functions of the class are its methods.
class Loop:
    _exc_handler = None
    _stop_task = None

    def create_task(coro):
        return create_task(coro)

    def run_forever():
        Loop._stop_task = Task(_stopper(), globals())
        run_until_complete(Loop._stop_task)

    def run_until_complete(aw):
        return run_until_complete(_promote_to_task(aw))

    def stop():
        if Loop._stop_task is not None:
            _task_queue.push(Loop._stop_task)
            Loop._stop_task = None

    def close():
        pass

    def set_exception_handler(handler):
        Loop._exc_handler = handler

    def get_exception_handler():
        return Loop._exc_handler

    def default_exception_handler(loop, context):
        print(context["message"], file=sys.stderr)
        print("future:", context["future"], "coro=", context["future"].coro, file=sys.stderr)
        print_exception(context["exception"], sys.stderr)

    def call_exception_handler(context):
        (Loop._exc_handler or Loop.default_exception_handler)(Loop, context)


def get_event_loop(runq_len=0, waitq_len=0):
    return Loop


def current_task():
    if cur_task is None:
        raise RuntimeError("no running event loop")
    return cur_task


def new_event_loop():
    global cur_task, _task_queue, _io_queue
    cur_task = None
    _task_queue = TaskQueue()
    _io_queue = IOQueue()
    return Loop


new_event_loop()
