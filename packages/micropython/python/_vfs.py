# What `import vfs` gives: the builtin module, without what is mounted for the simulator.
from vfs import *

from _mounts import VfsFat, VfsLfs2, mount
