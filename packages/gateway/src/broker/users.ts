import { equalSecrets, toUtf8 } from "../decoders/bytes.ts";

/** Passwords by the names of users. */
export type Users = ReadonlyMap<string, string>;

/**
 * Reads a file of users: `NAME:PASSWORD` on each line, which may contain more colons. Empty lines and those with `#` in front are
 * left out. @throws Error that names the line, and never the password.
 */
export function parseUsers(text: string): Users {
  const users = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    if (colon < 1 || colon === line.length - 1) throw new Error(`line ${i + 1} is not NAME:PASSWORD`);
    if (users.has(line.slice(0, colon))) throw new Error(`line ${i + 1} has the name of a line before`);
    users.set(line.slice(0, colon), line.slice(colon + 1));
  }
  if (users.size === 0) throw new Error("it has no users");
  return users;
}

/** Whether the password is that of the user. */
export function isUser(users: Users, name: string | undefined, password: Uint8Array | undefined): boolean {
  const expected = users.get(name ?? "");
  return expected !== undefined && password !== undefined && equalSecrets(password, toUtf8(expected));
}
