// MULTI and EXEC: commands that are carried out together, with nobody else's in between.
import { type Call, type Command, isRunning, type Running } from "../command.ts";
import { findCommand, runCommand } from "../execute.ts";
import { CommandError, errorReply, OK, type Reply } from "../wire/reply.ts";

export const TRANSACTION_COMMANDS: readonly Command[] = [
  { name: "multi", arity: 1, traits: ["no_script", "allow_busy", "immediate"], run: begin },
  { name: "exec", arity: 1, traits: ["no_script", "immediate"], run: carryOut },
  { name: "discard", arity: 1, traits: ["no_script", "allow_busy", "immediate"], run: discard },
];

function begin({ client }: Call): Reply {
  if (client.transaction) throw new CommandError("ERR MULTI calls can not be nested");
  client.transaction = { queue: [], isSpoiled: false };
  return OK;
}

function carryOut(call: Call): Reply | Running {
  const { client } = call;
  const { transaction } = client;
  if (!transaction) throw new CommandError("ERR EXEC without MULTI");
  client.transaction = undefined;
  if (transaction.isSpoiled) {
    throw new CommandError("EXECABORT Transaction discarded because of previous errors.");
  }
  return runAll(call, transaction.queue);
}

function* runAll(call: Call, queue: readonly (readonly string[])[]): Running {
  const replies: Reply[] = [];
  for (const words of queue) {
    const command = findCommand(words);
    if (typeof command === "string") replies.push(errorReply(command));
    else {
      const done = runCommand(command, { ...call, words });
      replies.push(isRunning(done) ? yield* done : done);
    }
  }
  return replies;
}

function discard({ client }: Call): Reply {
  if (!client.transaction) throw new CommandError("ERR DISCARD without MULTI");
  client.transaction = undefined;
  return OK;
}
