const NATIVE = /^([ \t]*@micropython\.)(?:native|viper)\b/gm;
/** What it decorates is taken by python/_viper.py, whose function says that it cannot run. */
const ASSEMBLER = /^([ \t]*@)micropython\.(asm_(?:xtensa|rv32))\b/gm;

/** A file as its board takes it. */
export function asOnBoard(path: string, bytes: Uint8Array): Uint8Array {
  return path.endsWith(".py") ? withoutNativeCode(bytes) : bytes;
}

/** This MicroPython compiles to bytecode only, and takes the decorators for native code as syntax errors. */
function withoutNativeCode(source: Uint8Array): Uint8Array {
  const text = Array.from(source, (byte) => String.fromCharCode(byte)).join("");
  const bytecode = text.replace(NATIVE, "$1bytecode").replace(ASSEMBLER, "$1$2");
  return bytecode === text ? source : Uint8Array.from(bytecode, (char) => char.charCodeAt(0));
}
