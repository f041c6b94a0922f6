// Opens a subject by name: the one that runs here, or the one that a person named by its endpoints.
import { loadSubject } from "../../subjects/index.ts";
import { OperatorError } from "../domain/errors.ts";
import type {
  EndpointPlan,
  Subject,
  SubjectDefinition,
  Topology,
  UnresolvedTicket,
} from "../domain/subject.ts";
import { TICKET_STATES } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { withCleanVerdicts } from "./clean-verdicts.ts";
import type { CommandContext } from "./context.ts";
import { brokerOf, textFlag, usage } from "./flags.ts";
import { openExistingStore } from "./tickets-store.ts";

const UNRESOLVED = TICKET_STATES.filter((state) => state !== "resolved");
/** A rack's failure opens some thousand. */
const UNRESOLVED_MAX = 100_000;

export interface OpenedSubject {
  readonly definition: SubjectDefinition;
  readonly subject: Subject;
  readonly topology: Topology;
}

/**
 * A broker that a person named wins over endpoints, and these over what runs locally. Rejects when
 * there is none of them.
 */
export async function openSubject(
  context: CommandContext,
  name: string,
  unresolvedOf: TicketsOf = readUnresolved,
): Promise<OpenedSubject> {
  const opened = await findSubject(context, name, unresolvedOf);
  if (opened) return opened;
  const { endpoints } = await loadSubject(name);
  throw new OperatorError("subject", `${name} does not run here, and no endpoint was named`, {
    hint: [`operator subject up ${name}`, ...endpoints.map(sayExample)].join(", or "),
  });
}

/** Undefined when it does not run here, and no endpoint was named. */
export async function findSubject(
  context: CommandContext,
  name: string,
  unresolvedOf: TicketsOf = readUnresolved,
): Promise<OpenedSubject | undefined> {
  const definition = await loadSubject(name);
  const { clock, env } = context;
  const endpoints = endpointsOf(context, definition.endpoints);
  if (endpoints.length > 0 && brokerOf(context) === undefined) {
    const topology = { subject: name, timeScale: 1, members: [], endpoints };
    const unresolved = await unresolvedOf(context, name);
    const found = definition.open({ topology, runtime: undefined, clock, unresolved });
    const subject = withCleanVerdicts(found, { env, endpoints });
    return { definition, subject, topology };
  }
  const { openRuntimeOf } = await import("./open-runtime.ts");
  const opened = await openRuntimeOf(context, { definition, endpoints });
  if (!opened) return undefined;
  const subject = withCleanVerdicts(definition.open({ ...opened, clock }), { env, endpoints });
  return { definition, subject, topology: opened.topology };
}

/**
 * What was found first is declared for as long as its monitor runs; the next one has it from the
 * tickets that are left.
 */
type TicketsOf = (context: CommandContext, subject: string) => Promise<readonly UnresolvedTicket[]>;

/** For who asks the tickets later, or judges nothing by what is declared. */
export const unasked: TicketsOf = async () => [];

/** Rejects where there is a database that cannot be read: drift would pass for declared. */
const readUnresolved: TicketsOf = async (context, subject) => {
  try {
    using store = await openExistingStore(context, { isReading: true });
    return await unresolvedIn(store, subject);
  } catch (error) {
    if (error instanceof OperatorError && error.code !== "database") return [];
    throw error;
  }
};

export function unresolvedIn(
  store: Pick<TicketOps, "listTickets">,
  subject: string,
): Promise<readonly UnresolvedTicket[]> {
  return store.listTickets({ subject, states: UNRESOLVED, limit: UNRESOLVED_MAX });
}

/** Those that a person named. Throws code "usage" for what is no URL. */
export function endpointsOf(
  { flags, env }: CommandContext,
  plans: readonly EndpointPlan[],
): readonly string[] {
  return plans.flatMap((plan) => {
    const typed = textFlag(flags, plan.flag) ?? env[plan.variable] ?? "";
    const urls = typed.split(",").map((url) => url.trim());
    return urls.filter((url) => url !== "").map((url) => checkUrl(plan, url));
  });
}

function sayExample({ flag, example }: EndpointPlan): string {
  return `name one with --${flag} ${example}`;
}

function checkUrl({ schemes, variable, example }: EndpointPlan, text: string): string {
  const url = text.includes("://") ? text : `${schemes[0]}//${text}`;
  const scheme = URL.parse(url)?.protocol;
  if (scheme !== undefined && schemes.includes(scheme)) return url.replace(/\/+$/, "");
  throw usage(`${variable} "${text}": must be a URL such as ${example}`);
}
