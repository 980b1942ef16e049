/** As RFC 3986, section 3.1, in lower case. */
export const SCHEME: RegExp = /^[a-z][a-z0-9+.-]*$/;

/** The parts of a radio URL: `SCHEME:PATH` or `SCHEME:PATH?NAME=VALUE&NAME=VALUE`. */
export interface RadioUrl {
  /** In lower case; empty where the text is no radio URL. */
  readonly scheme: string;
  /** What the scheme makes of it: a name, a file, an address. */
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/**
 * Takes a radio URL apart, in time proportional to its length. What follows the last `?` is the query if it looks like
 * parameters, because a file's name may have a `?` in it. `URL` would change such a path.
 */
export function parseRadioUrl(url: string): RadioUrl {
  const colon = url.indexOf(":");
  const scheme = url.slice(0, Math.max(colon, 0));
  if (!SCHEME.test(scheme)) return { scheme: "", path: "", parameters: new URLSearchParams() };
  const rest = url.slice(colon + 1);
  const mark = rest.lastIndexOf("?");
  if (mark < 0 || !isQuery(rest.slice(mark + 1))) return { scheme, path: rest, parameters: new URLSearchParams() };
  return { scheme, path: rest.slice(0, mark), parameters: new URLSearchParams(rest.slice(mark + 1)) };
}

/** Whether each part is `name=value`, the name in lower case letters. One `&` may end them. */
function isQuery(text: string): boolean {
  const parts = text.replace(/&$/, "").split("&");
  return parts.every((part) => /^[a-z]+=/.test(part));
}
