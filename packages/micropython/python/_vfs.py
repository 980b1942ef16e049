# What `import vfs` gives: the builtin module, without what is mounted for the simulator.
from vfs import *
from vfs import mount as _mount


def mount(*args, **kwargs):
    mounted = _mount(*args, **kwargs)
    if mounted is not None:
        return [pair for pair in mounted if pair[1] != "/rom"]
