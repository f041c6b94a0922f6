// operator guard explain: what the guard would say to a command or an action, and why. Nothing is
// run; the same function decides that decides for the agent.
import { factLines } from "../panels/table.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, textFlag, usage } from "./flags.ts";
import { type Explanation, explainAction, explainCommand } from "./guard-explain.ts";
import { findSurroundings } from "./guard-surroundings.ts";
import { printEither } from "./tickets-json.ts";

const EXAMPLE = "operator guard explain --subject tikv -- operator subject stop tikv tikv2";

/** Exit 3 when it is denied. */
export async function runGuard(context: CommandContext): Promise<ExitCode> {
  const [verb, ...words] = context.words;
  if (verb === undefined) throw usage("guard needs a verb: explain", EXAMPLE);
  chooseFrom(verb, ["explain"], "verb of guard");
  const action = textFlag(context.flags, "action");
  if (words.length === 0) {
    throw usage(action === undefined ? "explain which command?" : `${action} of what?`, EXAMPLE);
  }
  const surroundings = await findSurroundings(context);
  const explanation =
    action === undefined
      ? explainCommand(surroundings, words)
      : explainAction(surroundings, { action, words });
  printEither(context, { json: explanation, lines: () => linesOf(explanation) });
  return explanation.decision === "deny" ? 3 : 0;
}

function linesOf(explanation: Explanation): readonly string[] {
  const { asked, effects, cluster, history, policy, notKnown } = explanation;
  const up = cluster.members.filter(({ health }) => health === "up").length;
  const away = cluster.members.filter(({ health }) => health !== "up");
  const names = away.map(({ name, health }) => `${name} ${health}`).join(", ");
  const counts = `${history.ticket.steps} steps on the ticket, ${history.hour.steps} in the hour`;
  const seen = `${up} of ${cluster.members.length} members up${names ? `; ${names}` : ""}`;
  const sight = cluster.source === "none" ? "not seen" : `${seen} (${cluster.source})`;
  return factLines([
    ["asked", asked],
    ...effects.map(({ kind, targets, source }): [string, string] => {
      const whom = targets.length > 0 ? ` ${targets.join(", ")}` : "";
      return ["effect", `${kind}${whom}: ${source}`];
    }),
    ["decision", `${explanation.decision} (mode ${explanation.mode})`],
    ["rule", explanation.rule],
    ["reason", explanation.reason],
    ["cluster", sight],
    ["history", counts],
    ["policy", policy ?? "none"],
    ...notKnown.map((what): [string, string] => ["not known", what]),
  ]);
}
