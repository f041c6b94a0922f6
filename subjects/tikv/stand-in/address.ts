// Where a stand-in listens, and where the others find it: on loopback, unless it is told otherwise
// by the flags of the program whose place it takes.
import type { MemberPlan } from "../../../src/domain/subject.ts";

const LOOPBACK = "127.0.0.1";

/** The host at which the others reach the member. */
export function hostOf(member: MemberPlan): string {
  return textSetting(member, "host") ?? LOOPBACK;
}

/** The address of its own on which it listens. */
export function listenOn(member: MemberPlan): string {
  return textSetting(member, "listen_on") ?? LOOPBACK;
}

function textSetting({ settings }: MemberPlan, name: string): string | undefined {
  const value = settings[name];
  return typeof value === "string" ? value : undefined;
}
