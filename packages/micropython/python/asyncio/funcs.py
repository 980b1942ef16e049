from . import core


# A task that gathers waits in one of these, and so do, for their end, the tasks it gathers.
class _Gathering:
    def __init__(self, return_exceptions):
        self._task = core.cur_task
        self._return_exceptions = return_exceptions
        self._error = None
        self._running = 0

    def add(self, task):
        if task.state is True:
            task.state = self
            self._running += 1
        elif task.state:
            raise RuntimeError("can't gather")  # somebody else waits for it
        else:
            self._note(task.data)

    def _note(self, error):
        if not self._return_exceptions and not isinstance(error, StopIteration):
            self._error = self._error or error

    def settled(self):
        return self._error or not self._running

    # Called by the scheduler when a gathered task ended.
    def __call__(self, task, error):
        self._running -= 1
        self._note(error)
        if self._task.data is self and self.settled():
            core._task_queue.push(self._task)

    # Called by Task.cancel: it waits in no queue.
    def remove(self, task):
        pass

    # Lets go of the tasks that still run.
    def leave(self, tasks, cancel):
        for task in tasks:
            if task.state is self:
                task.state = True
                if cancel:
                    task.cancel()


async def gather(*aws, return_exceptions=False):
    tasks = [core._promote_to_task(aw) for aw in aws]
    gathering = _Gathering(return_exceptions)
    try:
        for task in tasks:
            gathering.add(task)
        if not gathering.settled():
            core.cur_task.data = gathering
            yield
    except core.CancelledError:
        gathering.leave(tasks, True)
        raise
    gathering.leave(tasks, False)
    if gathering._error:
        raise gathering._error
    return [task.data.value if isinstance(task.data, StopIteration) else task.data for task in tasks]


# Waits for `task`, and wakes the task that waits for it with a limit of time.
class _Watch:
    def __init__(self, task):
        self.ended = False
        self.error = None
        self._waiter = core.cur_task
        self.watching = core.create_task(self._run(task))

    async def _run(self, task):
        try:
            self.result = await task
        except BaseException as error:
            self.error = error
        self.ended = True
        waiter = self._waiter
        if waiter and not waiter.data:  # it sleeps, and nobody cancelled it
            core._task_queue.remove(waiter)
            core._task_queue.push(waiter)

    # Nobody is to be woken any more.
    def leave(self):
        self._waiter = None


async def wait_for(aw, timeout, sleep=core.sleep):
    task = core._promote_to_task(aw)
    if timeout is None:
        return await task
    watch = _Watch(task)
    try:
        await sleep(timeout)
    except core.CancelledError:
        task.cancel()
        raise
    finally:
        watch.leave()
    if not watch.ended:
        task.cancel()
        await watch.watching
        raise core.TimeoutError
    if watch.error:
        raise watch.error
    return watch.result


def wait_for_ms(aw, timeout):
    return wait_for(aw, timeout, core.sleep_ms)
