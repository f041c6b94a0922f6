// The runbook model: led through whole conversations, it must ask for the steps of the runbook.
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Message, ModelReply } from "../../src/domain/model.ts";
import type { Runbook } from "../../src/domain/runbook.ts";
import { NO_USAGE } from "../../src/domain/session.ts";
import { createRunbookModel } from "../../src/models/runbook.ts";

/** By invariant. */
type Runbooks = Readonly<Record<string, Runbook>>;

const TICKET = {
  id: 7,
  subject: "tikv",
  invariant: "store_reachable",
  entity: "tikv2",
  reason: "tikv2 does not answer",
  evidence: { stores: [{ name: "tikv2", status: null }] },
} as const;

/** Looks, repairs what it saw, concludes; when refused, gives up with the reason. */
const restartStore: Runbook = function* (ticket) {
  const status = yield {
    tool: "shell",
    thought: `Is ${ticket.entity} up?`,
    command: `operator subject status ${ticket.subject} --json`,
    reason: "see",
  };
  yield {
    tool: "act",
    thought: `It is ${status.text}.`,
    action: status.text === "paused" ? "resume_member" : "start_member",
    target: ticket.entity,
    reason: status.isError ? "cannot see" : "seen",
  };
  const refusal = yield {
    tool: "conclude",
    thought: "Done.",
    outcome: "fixed",
    rootCause: "it was down",
    summary: "started",
  };
  yield {
    tool: "conclude",
    thought: "Not verified.",
    outcome: "cannot_fix",
    rootCause: "unknown",
    summary: refusal.text,
  };
};

describe("a conversation with a runbook", () => {
  test("the first step is a thought and one tool call", async () => {
    expect(await reply([briefing()])).toEqual({
      blocks: [
        { type: "text", text: "Is tikv2 up?" },
        {
          type: "tool_call",
          id: "rb-1",
          name: "shell",
          input: { command: "operator subject status tikv --json", reason: "see" },
        },
      ],
      stop: "tool_calls",
      usage: NO_USAGE,
    });
  });

  test("each result decides the next step, and a refused conclusion goes on", async () => {
    const calls = await converse(["paused", "resumed", "still violated", "noted"]);
    expect(calls).toEqual([
      { shell: { command: "operator subject status tikv --json", reason: "see" } },
      { act: { action: "resume_member", target: "tikv2", args: {}, reason: "seen" } },
      { conclude: conclusion("fixed", "it was down", "started") },
      { conclude: conclusion("cannot_fix", "unknown", "still violated") },
    ]);
  });

  test("another result decides otherwise", async () => {
    const [, act] = await converse(["down", "started"]);
    expect(act).toMatchObject({ act: { action: "start_member" } });
  });

  test("what a result says is found between its fences", async () => {
    const paused = result("rb-1", "```text\npaused\n```");
    const { blocks } = await reply([briefing(), call("rb-1", "shell"), paused]);
    expect(blocks[1]).toMatchObject({ input: { action: "resume_member" } });
  });

  test("a result is found by its call's id, wherever it stands", async () => {
    const messages = [
      briefing(),
      call("rb-1", "shell"),
      call("rb-2", "act"),
      result("rb-2", "done"),
    ];
    const [, next] = (await reply([...messages, result("rb-1", "paused")])).blocks;
    expect(next).toMatchObject({ id: "rb-3", name: "conclude" });
  });

  test("an error reaches the runbook as one", async () => {
    const denied = result("rb-1", "denied", true);
    const { blocks } = await reply([briefing(), call("rb-1", "shell"), denied]);
    expect(blocks[1]).toMatchObject({ input: { reason: "cannot see" } });
  });

  test("a runbook that ends without a conclusion cannot fix it", async () => {
    const empty: Runbook = function* () {};
    expect((await reply([briefing()], { store_reachable: empty })).blocks[1]).toMatchObject({
      name: "conclude",
      input: { outcome: "cannot_fix", summary: expect.stringContaining("store_reachable") },
    });
  });
});

describe("an invariant without a runbook", () => {
  test("evidence is gathered with reads, and a person gets it", async () => {
    const calls = await converse(['{"members":[]}', '{"violated":["x"]}', "noted"], {});
    expect(calls).toEqual([
      { shell: expect.objectContaining({ command: "operator subject status tikv --json" }) },
      {
        shell: expect.objectContaining({
          command: "operator monitor --subject tikv --once --json",
        }),
      },
      {
        conclude: conclusion(
          "cannot_fix",
          "not determined: tikv2 does not answer",
          "no runbook for store_reachable of tikv2; evidence gathered\n" +
            'members: {"members":[]}\nverdicts: {"violated":["x"]}',
        ),
      },
    ]);
  });
});

describe("a conversation that no runbook can have led", () => {
  test.each<[string, readonly Message[]]>([
    ["no message", []],
    ["no ticket in the briefing", [user("please help")]],
    ["a fence that is no JSON", [user("```json\n{broken\n```")]],
    ["a ticket with a field missing", [briefing({ invariant: undefined })]],
    ["a subject that is no name", [briefing({ subject: "tikv; rm -rf /" })]],
    ["a call without its result", [briefing(), call("rb-1", "shell")]],
    ["a call of another tool", [briefing(), call("rb-1", "act"), result("rb-1", "done")]],
  ])("is malformed: %s", async (_, messages) => {
    await expect(reply(messages)).rejects.toMatchObject({
      name: "ModelError",
      failure: "malformed",
    });
  });

  test("a runbook that throws is a model that failed", async () => {
    const failing: Runbook = function* () {
      yield JSON.parse("<html>");
    };
    await expect(reply([briefing()], { store_reachable: failing })).rejects.toMatchObject({
      failure: "malformed",
    });
  });

  test("an aborted query is aborted", async () => {
    const model = createRunbookModel({ runbooks: async () => restartStore });
    const request = { system: "", tools: [], messages: [briefing()], outputTokensMax: 1 };
    const query = model.query(request, AbortSignal.abort());
    await expect(query).rejects.toMatchObject({ failure: "aborted" });
  });
});

test("only the first fence is the ticket, and backticks within it do not end it", async () => {
  const ticket = fence({ evidence: { log: "```\n```json\n{}" } });
  const { blocks } = await reply([user(`Ticket:\n${ticket}\nLog:\n\`\`\`json\n{}\n\`\`\``)]);
  expect(blocks[0]).toEqual({ type: "text", text: "Is tikv2 up?" });
});

/** Answers each step with the next of these texts; returns the calls as `{ name: input }`. */
async function converse(
  answers: readonly string[],
  runbooks?: Runbooks,
): Promise<readonly JsonObject[]> {
  const messages = [briefing()];
  const made: JsonObject[] = [];
  for (const answer of answers) {
    const { blocks } = await reply(messages, runbooks);
    for (const block of blocks) {
      if (block.type !== "tool_call") continue;
      made.push({ [block.name]: block.input });
      messages.push({ role: "assistant", blocks }, result(block.id, answer));
    }
  }
  return made;
}

async function reply(
  messages: readonly Message[],
  runbooks: Runbooks = { store_reachable: restartStore },
): Promise<ModelReply> {
  const model = createRunbookModel({ runbooks: async ({ invariant }) => runbooks[invariant] });
  const request = { system: "", tools: [], messages, outputTokensMax: 1000 };
  return await model.query(request, new AbortController().signal);
}

function briefing(changes: JsonObject = {}): Message {
  return user(`A ticket is open.\n${fence(changes)}\nRepair it.`);
}

function fence(changes: JsonObject): string {
  return `\`\`\`json\n${JSON.stringify({ ...TICKET, ...changes }, null, 2)}\n\`\`\``;
}

function user(text: string): Message {
  return { role: "user", blocks: [{ type: "text", text }] };
}

function call(id: string, name: string): Message {
  return { role: "assistant", blocks: [{ type: "tool_call", id, name, input: {} }] };
}

function result(callId: string, text: string, isError = false): Message {
  return { role: "user", blocks: [{ type: "tool_result", callId, text, isError }] };
}

function conclusion(outcome: string, rootCause: string, summary: string): JsonObject {
  return { outcome, root_cause: rootCause, evidence: [], summary };
}
