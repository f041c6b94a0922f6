// One stream of an engine's events about the containers of a project, until it is lost.
import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import type { FollowOptions, RuntimeEvent } from "../../domain/runtime.ts";
import { parseJsonText } from "../../infra/json-text.ts";
import { PROJECT_LABEL, SERVICE_LABEL, type Site } from "./container.ts";
import { askEngine } from "./engine.ts";

export interface EventStream {
  /** Why it is over; resolves also when the signal aborts. */
  readonly ended: Promise<string>;
}

interface StreamOptions extends FollowOptions {
  readonly site: Site;
  readonly clock: Clock;
}

/** What changes whether a member serves. */
const ACTIONS = ["start", "die", "oom", "pause", "unpause", "destroy", "health_status"];
/** An engine says nothing while nothing happens: so it is asked whether it is still there. */
const PING_EVERY_MS = 5_000;
const PING_DEADLINE_MS = 2_000;
/** No event is nearly as long. */
const LINE_CHARS_MAX = 64 * 1024;

const EVENT = z.object({
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

/** Rejects when the engine does not open it; a silent one is waited for as long as for a ping. */
export async function openEvents({
  site,
  signal,
  clock,
  onEvent,
}: StreamOptions): Promise<EventStream> {
  const { engine, project } = site;
  const ending = new AbortController();
  const end = () => ending.abort();
  const abortSignal = AbortSignal.any([signal, ending.signal]);
  const isSilent = untilSilent({ site, clock, signal: abortSignal });
  const opening = requestEvents(site, abortSignal);
  isSilent.finally(end);
  opening.catch(end);
  const stream = await askEngine(engine, `following the events of ${project}`, () => opening);
  const isOver = readLines(stream, (line) => {
    const event = parseEvent(line);
    if (event) onEvent(event);
  });
  return { ended: Promise.race([isOver, isSilent]).finally(end) };
}

function requestEvents(
  { engine, project }: Site,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  const label = [`${PROJECT_LABEL}=${project}`];
  const filters = JSON.stringify({ type: ["container"], label, event: ACTIONS });
  const options = { filters, abortSignal };
  return engine.client.getEvents(options);
}

/** Resolves with why there are no more lines. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let rest = "";
  stream.on("data", (bytes: Uint8Array) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, LINE_CHARS_MAX);
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve) => {
    stream.on("end", () => resolve("the engine ended its stream of events"));
    stream.on("close", () => resolve("the stream of events was cut"));
    stream.on("error", (error: Error) => resolve(`the stream of events: ${error.message}`));
  });
}

/** Undefined for what is no event of a service's container. */
function parseEvent(line: string): RuntimeEvent | undefined {
  const { data } = EVENT.safeParse(parseJsonText(line));
  const member = data?.Actor.Attributes[SERVICE_LABEL];
  return data && member ? { type: "changed", member, change: data.Action } : undefined;
}

/** Resolves when the engine does not answer a ping in time, or the signal aborts. */
async function untilSilent({
  site,
  clock,
  signal,
}: {
  readonly site: Site;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<string> {
  for (;;) {
    await clock.sleep(PING_EVERY_MS, signal);
    if (signal.aborted) return "told to stop";
    const isThere = site.engine.client.ping().then(
      () => true,
      () => false,
    );
    const late = clock.sleep(PING_DEADLINE_MS, signal).then(() => false);
    if (!(await Promise.race([isThere, late]))) return "the engine does not answer";
  }
}
