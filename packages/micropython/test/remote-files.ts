import type { Answer } from "./raw-repl.ts";

/** What the board asks of a file system on the other side of its line. */
const Request = { stat: 1, list: 2, read: 3, write: 4, remove: 5, mkdir: 6 } as const;
const [ENOENT, FOLDER, FILE] = [2, 0x4000, 0x8000] as const;

/**
 * The board's half of a mount, as `mpremote mount` types it: a file system in Python whose methods ask this side, on the
 * serial line that is the program's standard input and output too. A request is 0x18, its kind and its text; the answer is
 * 0x18, a number, a length and bytes.
 */
export const MOUNT = `
import io, os, select, struct, sys, micropython
class _Line:
    def __init__(self):
        self.fout, self.fin, self.poller = sys.stdout.buffer, sys.stdin.buffer, select.poll()
        self.poller.register(self.fin, select.POLLIN)
    def _into(self, buf, n):
        view, got = memoryview(buf), 0
        while got < n:
            if not self.poller.poll(1000):
                raise OSError(110)
            got += self.fin.readinto(view[got:], n - got)
    def ask(self, kind, path, data=b""):
        micropython.kbd_intr(-1)
        try:
            path = path.encode()
            head = bytearray(struct.pack("<BBHI", 0x18, kind, len(path), len(data)))
            self.fout.write(head, 8)
            self.fout.write(path)
            self.fout.write(b"padding" + data, 7, len(data))
            sync = bytearray(1)
            self._into(sync, 1)
            answer = bytearray(8)
            self._into(answer, 8)
            result, size = struct.unpack("<iI", answer)
            body = bytearray(size)
            self._into(body, size)
        finally:
            micropython.kbd_intr(3)
        if result < 0:
            raise OSError(-result)
        return result, bytes(body)
class _File(io.IOBase):
    def __init__(self, fs, path, mode):
        self.fs, self.path, self.text, self.at, self.dirty = fs, path, "b" not in mode, 0, "w" in mode or "a" in mode
        self.data = bytearray(b"" if "w" in mode else fs.line.ask(${Request.read}, path)[1])
    def __enter__(self):
        return self
    def __exit__(self, a, b, c):
        self.close()
    def ioctl(self, request, arg):
        if request == 4:
            self.close()
        return 0
    def readinto(self, buf):
        part = self.data[self.at : self.at + len(buf)]
        buf[: len(part)] = part
        self.at += len(part)
        return len(part)
    def read(self, n=-1):
        part = bytes(self.data[self.at :] if n < 0 else self.data[self.at : self.at + n])
        self.at += len(part)
        return str(part, "utf8") if self.text else part
    def readline(self):
        end = self.data.find(b"\\n", self.at)
        return self.read(-1 if end < 0 else end + 1 - self.at)
    def write(self, buf):
        self.data += buf.encode() if isinstance(buf, str) else buf
        return len(buf)
    def close(self):
        if self.dirty:
            self.fs.line.ask(${Request.write}, self.path, self.data)
        self.dirty = False
class _Remote:
    def __init__(self):
        self.line, self.cwd = _Line(), "/"
    def _path(self, path):
        return path if path.startswith("/") else self.cwd + path
    def mount(self, readonly, mkfs):
        pass
    def umount(self):
        pass
    def chdir(self, path):
        self.cwd = self._path(path) if path.endswith("/") else self._path(path) + "/"
    def getcwd(self):
        return self.cwd
    def stat(self, path):
        mode, body = self.line.ask(${Request.stat}, self._path(path))
        return (mode, 0, 0, 0, 0, 0, struct.unpack("<I", body)[0], 0, 0, 0)
    def ilistdir(self, path):
        for line in str(self.line.ask(${Request.list}, self._path(path))[1], "utf8").split("\\n"):
            if line:
                name, mode, size = line.split("\\t")
                yield (name, int(mode), 0, int(size))
    def open(self, path, mode):
        return _File(self, self._path(path), mode)
    def remove(self, path):
        self.line.ask(${Request.remove}, self._path(path))
    def mkdir(self, path):
        self.line.ask(${Request.mkdir}, self._path(path))
os.mount(_Remote(), "/remote")
os.chdir("/remote")
`;

/** The other half: files and folders (null) of this side, by absolute path. */
export function remoteFiles(files: Map<string, Buffer | null>): Answer {
  return (bytes) => {
    if (bytes.length < 7) return undefined;
    const [pathLength, dataLength] = [bytes.readUInt16LE(1), bytes.readUInt32LE(3)];
    const length = 7 + pathLength + dataLength;
    if (bytes.length < length) return undefined;
    const path = bytes.toString("utf8", 7, 7 + pathLength).replace(/(.)\/$/, "$1");
    const data = Buffer.from(bytes.subarray(7 + pathLength, length));
    const [result, body] = answered(files, bytes.readUInt8(0), path, data);
    const head = Buffer.alloc(8);
    head.writeInt32LE(result, 0);
    head.writeUInt32LE(body.length, 4);
    return { length, reply: Buffer.concat([head, body]) };
  };
}

function answered(files: Map<string, Buffer | null>, kind: number, path: string, data: Buffer): [number, Buffer] {
  const nothing = Buffer.alloc(0);
  const content = path === "/" ? null : files.get(path);
  if (kind === Request.write) files.set(path, data);
  else if (kind === Request.mkdir) files.set(path, null);
  else if (content === undefined) return [-ENOENT, nothing];
  else if (kind === Request.stat) return [content === null ? FOLDER : FILE, sizeOf(content)];
  else if (kind === Request.list) return [0, listing(files, path)];
  else if (kind === Request.read) return [0, content ?? nothing];
  else files.delete(path);
  return [0, nothing];
}

function sizeOf(content: Buffer | null): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content?.length ?? 0);
  return size;
}

function listing(files: ReadonlyMap<string, Buffer | null>, folder: string): Buffer {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  const inside = [...files].filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"));
  const lines = inside.map(([path, content]) => {
    return `${path.slice(prefix.length)}\t${content === null ? FOLDER : FILE}\t${content?.length ?? 0}`;
  });
  return Buffer.from(lines.join("\n"));
}
