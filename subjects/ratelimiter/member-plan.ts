// What the members of the limiter read of their own declaration.
import { z } from "zod";
import { OperatorError } from "../../src/domain/errors.ts";
import type { MemberPlan } from "../../src/domain/subject.ts";

/** Where a member that no topology tells the token finds it. */
export const TOKEN_VARIABLE = "OPERATOR_RATELIMITER_TOKEN";

const settingsSchema = z.object({ token: z.string().min(1) });

/** Throws code "runtime" for a port that was not declared. */
export function portOf({ name, ports }: MemberPlan, portName: string): number {
  const port = ports[portName];
  if (port !== undefined) return port;
  throw new OperatorError("runtime", `member ${name}: it has no ${portName} port`);
}

/** Shared by all members. Throws code "runtime" when none was declared. */
export function tokenOf({ name, settings }: MemberPlan): string {
  const { data } = settingsSchema.safeParse(settings);
  if (data) return data.token;
  throw new OperatorError("runtime", `member ${name}: no token was declared for it`);
}
