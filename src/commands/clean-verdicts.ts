// What members answer may hold a secret, and what is said of them is filed for ever: it is taken
// out before anybody tells or keeps it.
import { createRedactor, redactJson } from "../agent/redact.ts";
import type { Subject } from "../domain/subject.ts";
import type { Invariant } from "../domain/verdict.ts";
import type { CommandContext } from "./context.ts";
import { passwordsIn, secretsOf } from "./known-secrets.ts";

/** The same subject, of whose judgements none but those that hold is in a member's own words. */
export function withCleanVerdicts(
  subject: Subject,
  { env, endpoints }: Pick<CommandContext, "env"> & { readonly endpoints: readonly string[] },
): Subject {
  const redact = createRedactor([...secretsOf(env), ...endpoints.flatMap(passwordsIn)]);
  const cleaned = (invariant: Invariant): Invariant => ({
    ...invariant,
    judge: (history) =>
      invariant.judge(history).map((judgement) => {
        if (judgement.state === "holds") return judgement;
        const reason = redact(judgement.reason);
        return { ...judgement, reason, evidence: redactJson(judgement.evidence, redact) };
      }),
  });
  return { ...subject, invariants: subject.invariants.map(cleaned) };
}
