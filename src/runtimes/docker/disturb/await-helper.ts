// Waits for a helper container: for its word that it is in force, or for its end.
import { OperatorError } from "../../../domain/errors.ts";
import { waitUntil } from "../../wait-until.ts";
import { isAnswered } from "../engine-failure.ts";
import { tailOfContainer } from "../logs.ts";
import type { DockerMember } from "../member.ts";
import { lookAtHelper } from "./helpers.ts";
import { IN_FORCE } from "./order.ts";

/** One member that is disturbed, or relieved. */
export interface DisturbCall {
  readonly member: DockerMember;
  /** Of helpers. */
  readonly image: string;
  readonly signal: AbortSignal;
}

/** From the start of a helper to the end of its work; on a busy machine a few seconds. */
const DONE_WITHIN_MS = 20_000;
const LINES_READ = 20;

/** Rejects with what the helper said last when it ends before. */
export async function awaitInForce(call: DisturbCall, id: string): Promise<void> {
  const doing = `disturbing ${call.member.plan.name}`;
  await awaitHelper(call, async () => {
    const look = await lookAtHelper(call.member.subject.site, id);
    if (!look) throw new OperatorError("runtime", `${doing}: somebody has lifted it meanwhile`);
    if (look.isRunning) return isInForce(call, id);
    const said = await saidBy(call, id);
    throw new OperatorError("runtime", `${doing}: ${said.at(-1) || `exit ${look.exitCode}`}`);
  });
}

/** Whether it has said so; false of one that is gone. */
export async function isInForce(call: DisturbCall, id: string): Promise<boolean> {
  return (await saidBy(call, id)).includes(IN_FORCE);
}

/** One that is gone was removed by somebody who had lifted the same before. */
export async function awaitEnd(call: DisturbCall, id: string): Promise<void> {
  await awaitHelper(call, async () => {
    const look = await lookAtHelper(call.member.subject.site, id);
    if (look?.isRunning) return false;
    if (!look || look.exitCode === 0) return true;
    const why = (await saidBy(call, id)).at(-1) || `exit ${look.exitCode}`;
    throw new OperatorError("runtime", `lifting what disturbs ${call.member.plan.name}: ${why}`);
  });
}

/** Looks again and again; rejects when it is not done in time, or the signal aborts. */
export async function awaitHelper(
  { member, signal }: DisturbCall,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const { clock } = member.subject;
  if (await waitUntil(isDone, { withinMs: DONE_WITHIN_MS, clock, signal })) return;
  const doing = `waiting for the helper container of ${member.plan.name}`;
  if (signal.aborted) throw new OperatorError("interrupted", `${doing}: interrupted`);
  throw new OperatorError("runtime", `${doing}: not done in ${DONE_WITHIN_MS / 1000} s`);
}

/** The end of its log; nothing of one that is gone, or is only being made. */
async function saidBy({ member }: DisturbCall, id: string): Promise<readonly string[]> {
  const { site } = member.subject;
  const container = { id, service: `a helper of ${member.plan.name}` };
  try {
    return (await tailOfContainer(site, { container, lines: LINES_READ })).split("\n");
  } catch (error) {
    if (error instanceof OperatorError && isAnswered(error.cause, 404)) return [];
    throw error;
  }
}
