import { statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * The folder for what a user's programs keep from run to run: `$XDG_STATE_HOME/aioespnow`, by default
 * `~/.local/state/aioespnow` (XDG Base Directory Specification), on Windows `%LOCALAPPDATA%\aioespnow`. Where these are
 * another user's, as under `sudo`, it is in the home directory of the user who runs the program: nobody is locked out of their
 * own files.
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (process.platform === "win32") return join(env["LOCALAPPDATA"] ?? homedir(), "aioespnow");
  const { XDG_STATE_HOME, HOME } = env;
  const places = [
    ...(XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME) ? [XDG_STATE_HOME] : []),
    ...(HOME !== undefined && isAbsolute(HOME) ? [join(HOME, ".local", "state")] : []),
  ];
  const own = places.find((place) => ownerOf(place) === process.geteuid?.());
  return join(own ?? join(userInfo().homedir, ".local", "state"), "aioespnow");
}

/** Whose a place is, or the nearest place above it that there is. */
function ownerOf(place: string): number {
  const stat = statSync(place, { throwIfNoEntry: false });
  return stat?.uid ?? ownerOf(dirname(place));
}
