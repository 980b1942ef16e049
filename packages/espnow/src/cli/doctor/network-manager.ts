/** The interfaces that NetworkManager manages, from `nmcli -terse -fields DEVICE,STATE device`. */
export function parseNmcli(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([device, state]) => device !== "" && state !== undefined && !/^(unmanaged|unavailable)/.test(state))
    .map(([device]) => device as string);
}
