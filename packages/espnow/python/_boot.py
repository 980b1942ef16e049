import __main__


# The program's globals are those of `__main__`, not of this module.
def run(path):
    execfile(path, __main__.__dict__)
