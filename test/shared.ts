import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Data that tests may read but that is not part of the project: other people's captures. `AIOESPNOW_SHARED` names the
 * folder it is in; a test that needs it is skipped where the variable is unset, the one skip that CI allows:
 *
 *     test.skipIf(capture === undefined)(`the capture is read (${SHARED_VARIABLE})`, ...)
 */
export const SHARED_VARIABLE = "AIOESPNOW_SHARED";

/**
 * The path of a file of that folder, such as `"vectors/frames.json"`; undefined if the variable is unset.
 * @throws Error if it is set and the file is not there: a wrong folder must not look like no folder.
 */
export function sharedFile(path: string): string | undefined {
  const folder = process.env[SHARED_VARIABLE];
  if (folder === undefined || folder === "") return undefined;
  const file = join(folder, path);
  if (!existsSync(file)) throw new Error(`${SHARED_VARIABLE}=${folder} has no ${path}`);
  return file;
}
