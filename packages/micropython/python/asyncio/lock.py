from . import core


# Passed on from task to task in the order in which they asked.
class Lock:
    def __init__(self):
        self._owned = False
        self._next = None  # the task to which it was passed on and which has not run yet
        self.waiting = core.TaskQueue()

    def locked(self):
        return self._owned and self._next is None

    def release(self):
        if not self._owned or self._next:
            raise RuntimeError("Lock not acquired")
        self._pass_on()

    def _pass_on(self):
        self._next = self.waiting.pop() if self.waiting.peek() else None
        self._owned = self._next is not None
        if self._next:
            core._task_queue.push(self._next)

    async def acquire(self):
        if self._owned:
            try:
                yield core.wait_in(self.waiting)
            except core.CancelledError:
                if self._next is core.cur_task:
                    self._pass_on()
                raise
            self._next = None
        self._owned = True
        return True

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, exc_type, exc, tb):
        self.release()
