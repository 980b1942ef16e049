interface NodeModules {
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:path": typeof import("node:path");
}

/**
 * One of Node's modules, asked for where it is needed: all else loads in browsers.
 * @throws Error where there is no Node: `what` cannot be had then.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name, what: string): NodeModules[Name] {
  const found = globalThis.process?.getBuiltinModule?.(name);
  if (found === undefined) throw new Error(`${what} needs Node: a browser has no ${name}`);
  return found as NodeModules[Name];
}
