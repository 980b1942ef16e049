import type { Phy, TransmitResult } from "#lib/phy/phy.ts";
import { AirMember } from "#lib/phy/shared-air/air-member.ts";
import { JoinedAir, type MemberChannel } from "#lib/phy/shared-air/joined-air.ts";
import type { MeetingPlace } from "#lib/phy/shared-air/meeting-place.ts";
import { AT_1M } from "#lib/testing/action-frame.ts";
import type { SystemClock } from "#lib/util/system-clock.ts";

/** A program and its member of the air, in one thread. */
export interface Program {
  readonly member: AirMember;
  readonly link: JoinedAir;
}

export function startProgram(place: MeetingPlace, clock: SystemClock): Program {
  const channel: MemberChannel = {
    clock,
    onMessage: undefined,
    post: (request) => member.post(request),
    close: () => Promise.resolve(member.close()),
  };
  const member = new AirMember(place, clock, (notice) => channel.onMessage?.(notice));
  return { member, link: new JoinedAir(channel) };
}

export function joined({ link }: Program): Promise<void> {
  return new Promise((resolve) => link.whenSettled(resolve));
}

export function transmit(phy: Phy, frame: Uint8Array): Promise<TransmitResult> {
  return new Promise((resolve) => phy.transmit(frame, AT_1M, resolve));
}
