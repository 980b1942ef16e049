import { Scenario, type ScenarioBoardOptions } from "espnow-micropython";

/** How the programs of `twoBoards` begin: they know each other's address, and may send and receive. */
const BEGINNING = `
import asyncio, time
import network, espnow, aioespnow
A, B = b"\\x02\\x00\\x00\\x00\\x00\\x0a", b"\\x02\\x00\\x00\\x00\\x00\\x0b"
ABSENT, ALL = b"\\x02\\x00\\x00\\x00\\x0a\\x0b", b"\\xff" * 6
LMK = b"0123456789abcdef"
def pattern(length):
    return bytes((length + i * 7) & 0xFF for i in range(length))
# The arguments of what a call raises; None: nothing.
def error(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except Exception as e:
        return e.args
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = aioespnow.AIOESPNow()
e.active(True)
`;

const MAC = { a: "02:00:00:00:00:0a", b: "02:00:00:00:00:0b" } as const;

export interface TwoPrograms {
  readonly a: string;
  readonly b: string;
}

/** Runs a program on each of two boards in reach of each other, in virtual time. Returns what they printed. */
export async function twoBoards(
  programs: TwoPrograms,
  options: Omit<ScenarioBoardOptions, "mac"> = {},
): Promise<TwoPrograms> {
  await using scenario = new Scenario({ seed: 1 });
  const [b, a] = (["b", "a"] as const).map((name) =>
    scenario.board({ source: BEGINNING + programs[name] }, { name, mac: MAC[name], ...options }),
  ) as [ReturnType<Scenario["board"]>, ReturnType<Scenario["board"]>];
  await scenario.settled(Promise.all([a.exited, b.exited]), { within: 1_000_000 });
  return { a: a.output, b: b.output };
}

/** Runs a program that has nobody to talk to. Returns what it printed. */
export async function oneBoard(source: string, options?: Omit<ScenarioBoardOptions, "mac">): Promise<string> {
  return (await twoBoards({ a: source, b: "e.active(False)" }, options)).a;
}
