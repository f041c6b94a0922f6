// Opens a subject by name: the one that runs here, or the one that a person named by its endpoints.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Subject, SubjectDefinition, Topology } from "../domain/subject.ts";
import type { CommandContext } from "./context.ts";
import { homeOf, textFlag, usage } from "./flags.ts";

export interface OpenedSubject {
  readonly definition: SubjectDefinition;
  readonly subject: Subject;
  readonly topology: Topology;
}

/** Endpoints (`--pd`, `PD_ENDPOINT`) win over what runs locally. Rejects when there is neither. */
export async function openSubject(context: CommandContext, name: string): Promise<OpenedSubject> {
  const definition = await loadSubject(name);
  const { clock, self } = context;
  const endpoints = endpointsOf(context);
  if (endpoints.length > 0) {
    const topology = { subject: name, timeScale: 1, members: [], endpoints };
    const subject = definition.open({ topology, runtime: undefined, clock });
    return { definition, subject, topology };
  }
  const { openLocalRuntime } = await import("../runtimes/local/open.ts");
  const local = await openLocalRuntime({ definition, home: homeOf(context), self, clock });
  if (local) {
    const subject = definition.open({ ...local, clock });
    return { definition, subject, topology: local.topology };
  }
  throw new OperatorError("subject", `${name} does not run here, and no endpoint was named`, {
    hint: `operator subject up ${name}, or name a cluster with --pd http://host:2379`,
  });
}

/** Those that a person named. Throws code "usage" for what is no URL. */
export function endpointsOf({ flags, env }: CommandContext): readonly string[] {
  const typed = textFlag(flags, "pd") ?? env.PD_ENDPOINT ?? "";
  const urls = typed.split(",").map((url) => url.trim());
  return urls.filter((url) => url !== "").map(checkUrl);
}

function checkUrl(text: string): string {
  const withScheme = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(withScheme) && /^https?:/.test(withScheme))
    return withScheme.replace(/\/+$/, "");
  throw usage(`PD endpoint "${text}": must be a URL such as http://127.0.0.1:2379`);
}
