import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { EspNowError } from "../../errors.ts";

/** Where the processes of one user find the host of an air. */
export interface MeetingPlace {
  /**
   * Looks again: where the newest host listens or listened, and where the next one is to listen.
   * @throws EspNowError `ERR_RADIO_PERMISSION`; what the file system throws.
   */
  look(): { readonly current: string | undefined; readonly next: string };
  /** The host at `path` is the newest: those before it are gone, and their sockets may go. */
  tidy(path: string): void;
}

/** sun_path has 104 bytes on macOS and the BSDs, 108 on Linux (unix(7)), with the 0 at the end. */
const MAX_SOCKET_PATH = 103;

/** The meeting place of an air's name, which is made of `[A-Za-z0-9._-]`. */
export function meetingPlace(name: string): MeetingPlace {
  return process.platform === "win32" ? new PipePlace(name) : new SocketPlace(name, userDirectory());
}

/**
 * Sockets in a directory. Each host has a number, one higher than the one before it: to bind to a path that exists is
 * refused (bind(2), EADDRINUSE), so that of many who would follow a host one does. Nobody takes the socket of another
 * away but a newer host; that of a killed process stays until then.
 */
export class SocketPlace implements MeetingPlace {
  readonly #name: string;
  readonly #directory: string;

  /** @throws EspNowError `ENOTSUP` for a directory whose path is too long. */
  constructor(name: string, directory: string) {
    this.#name = name;
    this.#directory = directory;
    const longest = Buffer.byteLength(this.#path(1e6));
    if (longest <= MAX_SOCKET_PATH) return;
    throw new EspNowError("ENOTSUP", `the path of a socket may have ${MAX_SOCKET_PATH} bytes: ${this.#path(1e6)}`);
  }

  look(): { readonly current: string | undefined; readonly next: string } {
    ensurePrivate(this.#directory);
    const newest = Math.max(0, ...this.#numbers());
    return { current: newest === 0 ? undefined : this.#path(newest), next: this.#path(newest + 1) };
  }

  tidy(path: string): void {
    for (const number of this.#numbers()) {
      if (this.#path(number) === path) return;
      rmSync(this.#path(number), { force: true });
    }
  }

  /** Of the hosts that have a socket here, in order. */
  #numbers(): number[] {
    return readdirSync(this.#directory)
      .map((file) => /^(.+)\.(\d{1,15})\.sock$/.exec(file) ?? [])
      .filter(([, name]) => name === this.#name)
      .map(([, , number]) => Number(number))
      .sort((a, b) => a - b);
  }

  #path(number: number): string {
    return join(this.#directory, `${this.#name}.${number}.sock`);
  }
}

/** A named pipe of Windows: it ends with its process, and a second server of its name is refused. */
class PipePlace implements MeetingPlace {
  readonly #path: string;

  constructor(name: string) {
    this.#path = `\\\\.\\pipe\\aioespnow-${userInfo().username}-${name}`;
  }

  look(): { readonly current: string; readonly next: string } {
    return { current: this.#path, next: this.#path };
  }

  tidy(): void {
    // There is nothing that stays.
  }
}

/** Per user, so that users have airs of their own. */
function userDirectory(): string {
  const { XDG_RUNTIME_DIR } = process.env;
  return XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, "aioespnow") : join(tmpdir(), `aioespnow-${userInfo().uid}`);
}

/** Made where it is missing. @throws EspNowError `ERR_RADIO_PERMISSION` where others could put something in its place. */
function ensurePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stat = lstatSync(directory);
  if (stat.isDirectory() && stat.uid === userInfo().uid && (stat.mode & 0o077) === 0) return;
  throw new EspNowError("ERR_RADIO_PERMISSION", `${directory} must be a directory of yours with mode 0700`);
}
