# Drives the back-end of a real Thonny, as its window does, on a board's serial port (the first argument). Prints what is
# asked (->) and what comes back (<-).
import os
import queue
import signal
import subprocess
import sys
import threading

sys.path.insert(0, "/usr/lib/python3/dist-packages")
from thonny.common import ImmediateCommand, InlineCommand, MESSAGE_MARKER, ToplevelCommand, parse_message, serialize_message

port, folder = sys.argv[1:3]
settings = {
    "port": port,
    "dtr": None,
    "rts": None,
    "clean": True,
    "interrupt_on_connect": True,
    "sync_time": True,
    "validate_time": True,
    "local_rtc": True,
    "utc_rtc": False,
    "submit_mode": None,
    "write_block_size": None,
    "write_block_delay": None,
    "cwd": "/",
}
backend = subprocess.Popen(
    [sys.executable, "-m", "thonny.plugins.esp.esp_back", repr(settings)],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
    env={**os.environ, "THONNY_USER_DIR": folder, "PYTHONPATH": "/usr/lib/python3/dist-packages"},
)
messages = queue.Queue()


def read():
    for line in backend.stdout:
        if line.startswith(MESSAGE_MARKER):
            for _ in range(int(line[1:].split()[0]) - 1):
                line += backend.stdout.readline()
            messages.put(parse_message(line.rstrip("\n")))
    messages.put(None)


threading.Thread(target=read, daemon=True).start()


def answer(kind, shown=True):
    printed = ""
    while (message := messages.get(timeout=60)) is not None:
        name = type(message).__name__
        if message.get("event_type") == "ProgramOutput":
            printed += message["data"].replace("\r\n", "\n")
        if name == kind:
            for line in printed.strip().splitlines() if shown else ():
                print("<-", line)
            return message
    sys.exit("Thonny's back-end has ended:\n" + printed)


def send(command):
    backend.stdin.write(serialize_message(command) + "\n")
    backend.stdin.flush()


def shell(source, then=None):
    print("-> shell", repr(source))
    send(ToplevelCommand("execute_source", source=source))
    if then:
        then()
    answer("ToplevelResponse")


number = 0


def ask(name, *shown, **details):
    global number
    number += 1
    words = " ".join(str(value) for key, value in details.items() if key in ("path", "paths", "module_name"))
    print("->", name, words)
    send(InlineCommand(name, id=number, **details))
    response = answer("InlineResponse")
    for key in shown:
        print("<-", key, response.get(key))
    if response.get("error"):
        print("<- error", response["error"])
    return response


def interrupt():
    threading.Timer(0.5, lambda: send(ImmediateCommand("interrupt"))).start()


welcome = answer("ToplevelResponse", shown=False)  # the prompt that it finds
print("<-", welcome["welcome_text"].splitlines()[0])
shell("print(6 * 7)\n")
shell("import espnow\nx = [1, 2]\n")
print("<-", sorted(ask("get_globals", module_name="__main__")["globals"]))
ask("get_fs_info", "total", path="/")
ask("mkdir", path="/lib")
text = "print('hello from a file')\n"
ask("write_file", path="/hello.py", content_bytes=text.encode(), editor_id=1, make_shebang_scripts_executable=False)
children = ask("get_dirs_children_info", node_id="", paths={"/"}, include_hidden=False)["data"]["/"]
print("<-", [(name, info["kind"], info["size"]) for name, info in sorted(children.items())])
ask("read_file", "content_bytes", path="/hello.py")
print("-> run /hello.py")
send(ToplevelCommand("Run", filename="/hello.py", args=["/hello.py"], source=text + "1/0\n"))
answer("ToplevelResponse")
shell("while True: pass\n", then=interrupt)
ask("delete", paths=["/hello.py"])
backend.send_signal(signal.SIGKILL)
