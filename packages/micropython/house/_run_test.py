# The program of the board on which a test runs. Its arguments are those of `_house.run`.
import sys

import _house

_path, _name, _takes_house, _is_async = sys.argv[1:]
sys.path.insert(1, _path.rsplit("/", 1)[0] or "/")
_house.run(_path, _name, _takes_house == "1", _is_async == "1")
