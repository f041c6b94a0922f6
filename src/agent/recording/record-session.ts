// An agent whose ports write down what they are asked and what they answer, for one session. The
// parts go to the audit; what the model said and what was appended stands there already.
import type { Json } from "../../domain/json.ts";
import type { Message, Model } from "../../domain/model.ts";
import type { AgentOptions, SessionContext } from "../context.ts";
import type { Lease } from "../keep-lease.ts";
import { record } from "../record.ts";
import { unlessConflict } from "../unless-conflict.ts";
import { type Entry, type RecordPart, toJson, toJsonObject } from "./entries.ts";
import { recordGuard } from "./record-guard.ts";
import { recordQueue } from "./record-queue.ts";
import { recordSubject } from "./record-subject.ts";
import { shellQuestion } from "./shell-question.ts";
import { Tape } from "./tape.ts";
import { withMargin, withoutMargin } from "./whole-lines.ts";

/** Disposed of, it listens to no signal any more. */
export interface Recording extends Disposable {
  readonly agent: AgentOptions;
  readonly lease: Lease;
  /** Writes what is left: for a session that has ended. */
  finish(): Promise<void>;
}

type Beginning = Pick<SessionContext, "agent" | "ticket" | "session" | "lease">;

export function recordSession(beginning: Beginning): Recording {
  const { agent, lease } = beginning;
  const writer = new PartWriter(beginning);
  const tape = new Tape((entries) => writer.write(entries));
  // The agent's signal outlasts its sessions.
  const over = new AbortController();
  const hear = (signal: AbortSignal, note: (reason: string) => void) =>
    noteAbort(signal, { note, until: over.signal });
  hear(agent.signal, (reason) => tape.note(["aborted", reason]));
  const ownLease = recordLease(lease);
  hear(lease.signal, (reason) => {
    if (!ownLease.isOwnWord()) tape.note(["lost", reason]);
  });
  return {
    agent: recordPorts(agent, tape),
    lease: ownLease,
    [Symbol.dispose]: () => over.abort(),
    finish: () => {
      writer.isLast = true;
      return tape.handOn();
    },
  };
}

function recordPorts(agent: AgentOptions, tape: Tape): AgentOptions {
  const { clock, shell } = agent;
  return {
    ...agent,
    queue: recordQueue(agent.queue, tape),
    model: recordModel(agent.model, tape),
    shell: {
      run: (command, options) => {
        const question = shellQuestion(command, options);
        const ask = async () =>
          withoutMargin(await shell.run(command, withMargin(options)), agent.redact);
        return tape.asked("shell", { question, ask });
      },
    },
    openSubject: (name) => recordSubject(() => agent.openSubject(name), { name, tape, clock }),
    policy: () => tape.asked("policy", { question: null, ask: agent.policy }),
    ...recordGuard(agent, tape),
    clock: {
      now: () => {
        const nowMs = clock.now();
        tape.note(["now", nowMs]);
        return nowMs;
      },
      elapsed: () => tape.told("elapsed", null, clock.elapsed()),
      sleep: (durationMs, signal) =>
        tape.asked("sleep", {
          question: durationMs,
          ask: () => clock.sleep(durationMs, signal),
          isVoid: () => signal?.aborted === true,
        }),
    },
    random: () => {
      const drawn = agent.random();
      tape.note(["random", drawn]);
      return drawn;
    },
  };
}

/** The conversation only grows: what is new in it is asked. The reply is an event of its own. */
function recordModel(model: Model, tape: Tape): Model {
  let known = 0;
  const condense = model.condense?.bind(model);
  return {
    name: model.name,
    speaker: model.speaker,
    query: async (request, signal) => {
      await tape.handOn();
      const added = spokenTo(request.messages.slice(known));
      known = request.messages.length;
      const { outputTokensMax } = request;
      return tape.asked("query", {
        question: { added, of: known, outputTokensMax },
        ask: () => model.query(request, signal),
        keep: () => null,
      });
    },
    ...(condense && {
      condense: (text, signal) =>
        tape.asked("condense", { question: text, ask: () => condense(text, signal) }),
    }),
  };
}

/** What it said itself is known from its replies. */
export function spokenTo(messages: readonly Message[]): Json {
  return toJson(messages.filter(({ role }) => role === "user"));
}

/**
 * Its renewals are left out: that it was lost, and when, is all that a session hears of them. What
 * the session itself said of it follows from the rest.
 */
function recordLease(lease: Lease): Lease & { isOwnWord(): boolean } {
  let isOwnWord = false;
  return {
    isOwnWord: () => isOwnWord,
    signal: lease.signal,
    lose: (reason) => {
      isOwnWord = true;
      lease.lose(reason);
    },
    [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
  };
}

interface Noting {
  readonly note: (reason: string) => void;
  readonly until: AbortSignal;
}

/** Called before those who listen later; at once for a signal that has aborted. */
function noteAbort(signal: AbortSignal, { note, until }: Noting): void {
  const listen = { once: true, signal: until };
  if (signal.aborted) note(String(signal.reason));
  else signal.addEventListener("abort", () => note(String(signal.reason)), listen);
}

class PartWriter {
  /** Set before the last part is written. */
  isLast = false;
  #parts = 0;
  #isRefused = false;
  readonly #beginning: Beginning;

  constructor(beginning: Beginning) {
    this.#beginning = beginning;
  }

  /** A store that does not know the session has nothing to be replayed, either. */
  async write(entries: readonly Entry[]): Promise<void> {
    if (this.#isRefused || (entries.length === 0 && this.#parts > 0 && !this.isLast)) return;
    this.#parts += 1;
    const isFirst = this.#parts === 1;
    const part: RecordPart = {
      part: this.#parts,
      ...(isFirst ? { head: headOf(this.#beginning) } : {}),
      entries: [...entries],
      isLast: this.isLast,
    };
    const content = toJsonObject(part);
    const written = record(this.#beginning, { type: "session_recorded", content });
    this.#isRefused = !(await unlessConflict(written)).isDone;
  }
}

function headOf({ agent, ticket, session }: Beginning): RecordPart["head"] {
  const { queue, model, shell, openSubject, knowledge, classify, policy, redact } = agent;
  const { clock, random, signal, print } = agent;
  // What is left over is data; a port that is added is missed by the next line's types.
  const ports = {
    queue,
    model,
    shell,
    openSubject,
    knowledge,
    classify,
    policy,
    redact,
    clock,
    random,
    signal,
    print,
  };
  const settings = Object.entries(agent).filter(([name]) => !Object.hasOwn(ports, name));
  return {
    version: 4,
    settings: toJsonObject(Object.fromEntries(settings)),
    model: { name: model.name, speaker: model.speaker, canCondense: Boolean(model.condense) },
    ticket: toJsonObject(ticket),
    session: toJsonObject(session),
  };
}
