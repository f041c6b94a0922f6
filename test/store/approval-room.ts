// What tests of approvals ask for, and how they answer as sessions do.
import type { Approval } from "../../src/domain/session.ts";
import type { ApprovalUse } from "../../src/domain/ticket-ops.ts";
import { asking, SEEN } from "../support/asking.ts";
import { claimed, type Room, ticketIn } from "./room.ts";

export async function askShortly(room: Room): Promise<Approval> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  return room.store.requestApproval(asking(sessionId));
}

export function useOf({ holderId, operationHash }: Approval, changes: Partial<ApprovalUse> = {}) {
  return { sessionId: holderId, operationHash, seen: SEEN, ...changes };
}

/** The agent was killed, and its lease ran out; the next session of its ticket. */
export async function nextSession(room: Room): Promise<string> {
  room.clock.advance(30_000);
  await room.store.expireLeases();
  room.clock.advance(5_000);
  return (await claimed(room.store, "another")).session.id;
}

export const LONG = { expiresInMs: 600_000 };

export async function askLong(room: Room): Promise<Approval> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  return room.store.requestApproval(asking(sessionId, LONG));
}
