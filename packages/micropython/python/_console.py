import sys

_BACKSPACE = ("\b", "\x7f")


# As the builtin one, which cannot wait here: a line is typed and echoed.
def input(prompt=""):
    write = sys.stdout.write
    write(str(prompt))
    line = ""
    while True:
        c = sys.stdin.read(1)
        if c == "\r" or c == "\n":
            write("\n")
            return line
        if c == "\x04" and not line:
            raise EOFError
        if c in _BACKSPACE:
            if line:
                line = line[:-1]
                write("\b \b")
        elif c >= " ":
            line += c
            write(c)
