const NATIVE = /^([ \t]*@micropython\.)(?:native|viper)\b/gm;

/** A file as its board takes it. */
export function asOnBoard(path: string, bytes: Uint8Array): Uint8Array {
  return path.endsWith(".py") ? withoutNativeCode(bytes) : bytes;
}

/** This MicroPython compiles to bytecode only, and takes the decorators for native code as syntax errors. */
function withoutNativeCode(source: Uint8Array): Uint8Array {
  const text = Array.from(source, (byte) => String.fromCharCode(byte)).join("");
  return NATIVE.test(text) ? Uint8Array.from(text.replace(NATIVE, "$1bytecode"), (char) => char.charCodeAt(0)) : source;
}
