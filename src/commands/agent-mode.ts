// The mode that an agent works in, and that its guard is asked about.
import { SAFETY_MODES, type SafetyMode } from "../domain/session.ts";
import type { CommandContext } from "./context.ts";
import { choiceFlag, chooseFrom } from "./flags.ts";

/** What is typed wins over the environment; execute is the default, as the help says. */
export function modeOf({ flags, env }: Pick<CommandContext, "flags" | "env">): SafetyMode {
  const typed = choiceFlag(flags, "mode", SAFETY_MODES);
  const inherited = env.OPERATOR_SAFETY_MODE;
  if (typed !== undefined || !inherited) return typed ?? "execute";
  return chooseFrom(inherited, SAFETY_MODES, "OPERATOR_SAFETY_MODE");
}
