import type { PacketNumbers, Radio } from "aioespnow";
import type { Air, SimRadio } from "aioespnow/sim";
import { openBoardRadio, simulatedBoard } from "espnow-micropython/command";
import { openOrExplain, UsageError } from "../process/explain.ts";
import type { BoardPlan, LinkPlan, RunPlan } from "./board-plan.ts";

/** The radios of the boards of a plan, in their order. On failure none stays open. @throws by rejection: as `openRadio`. */
export async function openStations(
  { boards, links }: RunPlan<object>,
  where: Air | string,
  packetNumbers: PacketNumbers,
): Promise<readonly Radio[]> {
  const radios: Radio[] = [];
  try {
    if (typeof where === "string") {
      for (const plan of boards) radios.push(await openRadio(where, plan, packetNumbers));
    } else {
      const stations = boards.map((plan, index) => addStation(where, plan, index));
      radios.push(...stations);
      for (const link of links) setLink(link, boards, stations);
    }
    return radios;
  } catch (error) {
    await Promise.all(radios.map((radio) => radio[Symbol.asyncDispose]()));
    throw error;
  }
}

function openRadio(
  url: string,
  { mac, board, espnow, position }: BoardPlan<object>,
  packetNumbers: PacketNumbers,
): Promise<Radio> {
  if (position !== undefined) throw new UsageError("positions are for a simulated air of their own: leave --radio out");
  return openOrExplain((radio) => openBoardRadio(radio, { mac, board, espnow, packetNumbers }), url);
}

function addStation(air: Air, { mac, board, espnow, position }: BoardPlan<object>, index: number): SimRadio {
  return air.radio({
    ...simulatedBoard(board, espnow, index),
    ...(mac === undefined ? {} : { mac }),
    ...(position === undefined ? {} : { position }),
  });
}

function setLink(
  { between, loss }: LinkPlan,
  boards: readonly BoardPlan<object>[],
  stations: readonly SimRadio[],
): void {
  const [a, b] = between.map((name) => stations[boards.findIndex((plan) => plan.name === name)]) as [
    SimRadio,
    SimRadio,
  ];
  a.phy.setLink(b.phy, { delivery: 1 - loss });
  b.phy.setLink(a.phy, { delivery: 1 - loss });
}
