import type { Output } from "../output/output.ts";

/** Remarks that nobody can be heard on a radio, or that others of this user are on another air, before a command listens. */
export async function remarkOnCompany(url: string, output: Output): Promise<void> {
  if (url.startsWith("sim:")) {
    output.remark(`note: ${url} is an air of this process alone, so nobody can be heard; programs share air:`);
  }
  const [, name] = /^air:([^?]*)/.exec(url) ?? [];
  if (name === undefined) return;
  const { otherAir } = await import("aioespnow/air");
  const other = await otherAir(name);
  if (other === undefined) return;
  output.remark(
    `note: some of your programs are on another air of this name, ${other}: start all of them with the same XDG_RUNTIME_DIR`,
  );
}
