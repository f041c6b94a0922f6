// An agent whose every port is a record. The world is not there: nothing is run, asked or written.
import type { AgentOptions } from "../agent/context.ts";
import { withoutFence } from "../agent/fence.ts";
import type { Lease } from "../agent/keep-lease.ts";
import { toJson } from "../agent/recording/entries.ts";
import { spokenTo } from "../agent/recording/record-session.ts";
import { shellQuestion } from "../agent/recording/shell-question.ts";
import { createRedactor } from "../agent/redact.ts";
import type { Action } from "../domain/action.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { type Message, type Model, ModelError, type ModelReply } from "../domain/model.ts";
import type { Shell } from "../domain/shell.ts";
import type { Subject } from "../domain/subject.ts";
import type { Player } from "./player.ts";
import type { SessionRecord } from "./read-record.ts";
import { type ReadingAnew, replayGuard } from "./replay-guard.ts";
import { replayQueue } from "./replay-queue.ts";
import { trusted } from "./trusted.ts";

type PortName =
  | "queue"
  | "model"
  | "shell"
  | "openSubject"
  | "knowledge"
  | "classify"
  | "policy"
  | "redact"
  | "clock"
  | "random"
  | "signal"
  | "print";

export function replayAgent(record: SessionRecord, reading: ReadingAnew): AgentOptions {
  const { player } = reading;
  const settings = trusted<Omit<AgentOptions, PortName>>(record.head.settings);
  return {
    ...settings,
    queue: replayQueue(record, player),
    model: replayModel(record, player),
    shell: replayShell(record, player),
    openSubject: async (name) =>
      replaySubject(trusted<Constants>(await player.asked("openSubject", name)), player),
    ...replayGuard(record, reading),
    // Once it was read at the start, and stood among the settings.
    policy: async () =>
      trusted(record.head.settings.policy ?? (await player.asked("policy", null))),
    clock: {
      now: () => trusted(player.told("now")),
      elapsed: () => trusted(player.told("elapsed")),
      sleep: async (durationMs, signal) => {
        await player.asked("sleep", durationMs, signal);
      },
    },
    random: () => trusted(player.told("random")),
    // Secrets were taken out when it was recorded.
    redact: createRedactor([]),
    signal: player.signal,
    print: () => undefined,
  };
}

function replayShell({ head }: SessionRecord, player: Player): Shell {
  return {
    run: async (command, options) => {
      const { reach, ...rest } = shellQuestion(command, options);
      // Of version 2 how far it may get is not on record.
      const question = head.version === 2 ? rest : { ...rest, reach };
      return trusted(await player.asked("shell", question));
    },
  };
}

export function replayLease(player: Player): Lease {
  return {
    signal: player.leaseSignal,
    lose: (reason) => player.loseLease(reason),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function replayModel({ head, replies }: SessionRecord, player: Player): Model {
  const { name, speaker, canCondense } = head.model;
  let known = 0;
  let said = 0;
  return {
    name,
    speaker,
    query: async ({ messages, outputTokensMax }) => {
      const fenced = messages.slice(known);
      const added = spokenTo(head.version < 4 ? fenced.map(withoutFences) : fenced);
      known = messages.length;
      await player.asked("query", { added, of: known, outputTokensMax });
      const reply = replies[said];
      said += 1;
      if (reply) return replyIn(reply.content);
      player.compare(`reply ${said} of the model`, null, "a reply");
      throw new ModelError("malformed", "its reply is not in the record");
    },
    ...(canCondense && {
      condense: async (text: string) => trusted(await player.asked("condense", text)),
    }),
  };
}

function withoutFences({ role, blocks }: Message): Message {
  return {
    role,
    blocks: blocks.map((block) =>
      block.type === "tool_result" ? { ...block, text: withoutFence(block.text) } : block,
    ),
  };
}

function replyIn(content: JsonObject): ModelReply {
  const { blocks, stop, usage, raw } = trusted<ModelReply>(content);
  return { blocks, stop, usage, ...(raw && { raw }) };
}

/** As `recordSubject` keeps them. */
type Constants = Omit<Subject, "actions"> & {
  readonly hasQuorums: boolean;
  readonly actions: readonly (Omit<Action, "args"> & {
    readonly args: [string, string][];
    readonly hasTookEffect: boolean;
  })[];
};

function replaySubject({ hasQuorums, ...constants }: Constants, player: Player): Subject {
  return {
    ...constants,
    runtime: undefined,
    invariants: constants.invariants.map((invariant) => ({
      ...invariant,
      judge: () => trusted(player.told("judge", invariant.name)),
    })),
    actions: constants.actions.map(({ args, hasTookEffect, ...action }) => {
      const replayed = replayAction({ ...action, args: Object.fromEntries(args) }, player);
      return hasTookEffect ? replaySettling(replayed, player) : replayed;
    }),
    describe: () => trusted(player.told("describe")),
    ...(hasQuorums && { quorums: () => trusted(player.told("quorums")) }),
    observe: async ({ probeDeadlineMs }) => trusted(await player.asked("observe", probeDeadlineMs)),
  };
}

function replaySettling(action: Action, player: Player): Action {
  const { name } = action;
  return {
    ...action,
    tookEffect: (_, { call }) => trusted(player.told("tookEffect", toJson({ name, ...call }))),
  };
}

function replayAction(action: Action, player: Player): Action {
  const { name, undo } = action;
  const told = (kind: string, call: object): Json => player.told(kind, toJson({ name, ...call }));
  return {
    ...action,
    undo: { describes: undo.describes, plan: (_, call) => trusted(told("undo", call)) },
    touches: (call) => trusted(told("touches", call)),
    precondition: (_, call) => trusted(told("precondition", call)),
    postcondition: (_, call) => trusted(told("postcondition", call)),
    run: async (call) => trusted(await player.asked("run", toJson({ name, ...call }))),
  };
}
