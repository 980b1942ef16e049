import { EspNowError } from "../errors.ts";

/**
 * Checks that a file of this package which a thread or a process is to run is there. In a program that was bundled into one
 * file it is not.
 * @throws EspNowError `ENOTSUP`, which says what to do.
 */
export function requireOwnFile(file: URL): void {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  if (fs === undefined || file.protocol !== "file:" || fs.existsSync(file)) return;
  throw new EspNowError(
    "ENOTSUP",
    `aioespnow needs its own file ${file.pathname}, which is missing: if this program is a bundle, leave aioespnow out of it (declare it as external)`,
  );
}
