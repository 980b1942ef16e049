import { lstatSync, mkdirSync, readdirSync, rmSync, type Stats, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
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
  /** Sockets of hosts of this air that programs with another environment would join. Their hosts may be gone. */
  elsewhere(): readonly string[];
}

/** sun_path has 104 bytes on macOS and the BSDs, 108 on Linux (unix(7)), with the 0 at the end. */
const MAX_SOCKET_PATH = 103;

/** The meeting place of an air's name, which is made of `[A-Za-z0-9._-]`. */
export function meetingPlace(name: string): MeetingPlace {
  if (process.platform === "win32") return new PipePlace(name);
  const [directory = "", ...others] = userDirectories(theseSurroundings());
  return new SocketPlace(name, directory, others);
}

/**
 * Sockets in a directory. Each host has a number, one higher than the one before it: to bind to a path that exists is
 * refused (bind(2), EADDRINUSE), so that of many who would follow a host one does. Nobody takes the socket of another
 * away but a newer host; that of a killed process stays until then.
 */
export class SocketPlace implements MeetingPlace {
  readonly #name: string;
  readonly #directory: string;
  readonly #others: readonly string[];

  /** `others` are directories for programs with another environment. @throws EspNowError `ENOTSUP` for a path that is too long. */
  constructor(name: string, directory: string, others: readonly string[] = []) {
    this.#name = name;
    this.#directory = directory;
    this.#others = others;
    const longest = Buffer.byteLength(this.#path(1e6));
    if (longest <= MAX_SOCKET_PATH) return;
    throw new EspNowError("ENOTSUP", `the path of a socket may have ${MAX_SOCKET_PATH} bytes: ${this.#path(1e6)}`);
  }

  look(): { readonly current: string | undefined; readonly next: string } {
    ensurePrivate(this.#directory);
    const newest = Math.max(0, ...this.#numbers(this.#directory));
    return { current: newest === 0 ? undefined : this.#path(newest), next: this.#path(newest + 1) };
  }

  tidy(path: string): void {
    for (const number of this.#numbers(this.#directory)) {
      if (this.#path(number) === path) return;
      rmSync(this.#path(number), { force: true });
    }
  }

  elsewhere(): readonly string[] {
    return this.#others.flatMap((directory) => {
      try {
        return this.#numbers(directory).map((number) => this.#path(number, directory));
      } catch {
        return []; // no such directory, or not this user's
      }
    });
  }

  /** Of the hosts that have a socket in a directory, in order. */
  #numbers(directory: string): number[] {
    return readdirSync(directory)
      .map((file) => /^(.+)\.(\d{1,15})\.sock$/.exec(file) ?? [])
      .filter(([, name]) => name === this.#name)
      .map(([, , number]) => Number(number))
      .sort((a, b) => a - b);
  }

  #path(number: number, directory = this.#directory): string {
    return join(directory, `${this.#name}.${number}.sock`);
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

  elsewhere(): readonly string[] {
    return [];
  }
}

/** What decides where the sockets of a user are. */
export interface UserSurroundings {
  readonly uid: number;
  /** XDG_RUNTIME_DIR, if it is set. */
  readonly runtime: string | undefined;
  readonly temporary: string;
  /** The owner of a directory; undefined if there is no such directory. */
  ownerOf(directory: string): number | undefined;
}

/**
 * The directories where airs of this user can be, the one for new hosts first. It is in `$XDG_RUNTIME_DIR` if that belongs to
 * the user, as the XDG Base Directory Specification demands: `sudo -E` keeps that of somebody else. The others are those of
 * programs with another environment.
 */
export function userDirectories({ uid, runtime, temporary, ownerOf }: UserSurroundings): readonly string[] {
  const isOwn = (directory: string): boolean => isAbsolute(directory) && ownerOf(directory) === uid;
  const ofSession = [runtime ?? "", `/run/user/${uid}`].filter(isOwn).map((parent) => join(parent, "aioespnow"));
  const ofUser = join(temporary, `aioespnow-${uid}`);
  const hasRuntime = runtime !== undefined && isOwn(runtime);
  return [...new Set(hasRuntime ? [...ofSession, ofUser] : [ofUser, ...ofSession])];
}

/** Of the user who runs this process. */
function theseSurroundings(): UserSurroundings {
  return {
    uid: userInfo().uid,
    runtime: process.env["XDG_RUNTIME_DIR"],
    temporary: tmpdir(),
    ownerOf: (directory) => {
      const stat = statSync(directory, { throwIfNoEntry: false });
      return stat?.isDirectory() ? stat.uid : undefined;
    },
  };
}

/** Creates it if it is missing. @throws EspNowError `ERR_RADIO_PERMISSION` if others could put something in its place. */
function ensurePrivate(directory: string): void {
  const found = lstatSync(directory, { throwIfNoEntry: false }) ?? create(directory);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  const remedy = "remove it, and it will be created again";
  throw new EspNowError("ERR_RADIO_PERMISSION", `${directory} must be a directory of yours with mode 0700: ${remedy}`);
}

function create(directory: string): Stats {
  try {
    // Not `recursive`: Node 20 then tries without end in /proc, where nothing can be created.
    mkdirSync(directory, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EEXIST") {
      const remedy = "set XDG_RUNTIME_DIR to a directory of yours that you can write to, or unset it";
      throw new EspNowError("ERR_RADIO_PERMISSION", `cannot create ${directory} (${code}): ${remedy}`, { cause });
    }
  }
  return lstatSync(directory);
}
