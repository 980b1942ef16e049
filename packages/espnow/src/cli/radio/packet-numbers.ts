import { PacketNumbers } from "aioespnow";
import { PacketNumberFolder, packetNumberFolder } from "aioespnow/state";

/**
 * The packet numbers that all commands of this user share, so that none repeats from one command to the next. Nothing is
 * read or written before the first encrypted message.
 */
export function userPacketNumbers(env: Readonly<Record<string, string | undefined>>): PacketNumbers {
  return new PacketNumbers(new PacketNumberFolder(packetNumberFolder(env)));
}
