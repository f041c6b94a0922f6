// From the bytes of a question to its answer. Whatever is not offered is refused, and recorded.
import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import { OperatorError, unreachable } from "../../domain/errors.ts";
import type { Runtime } from "../../domain/runtime.ts";
import { parseJsonText } from "../../infra/json-text.ts";
import { createAllowance } from "./allowance.ts";
import type { OperationCall, Operations } from "./operations.ts";
import {
  type Answer,
  type Failure,
  failureSchema,
  memberSchema,
  OFFERED,
  type Question,
  questionSchema,
  sayStatus,
} from "./protocol.ts";
import type { BrokerRecord } from "./record.ts";

export interface AnswerOptions {
  /** The project as it is now. Rejects with code "runtime" when its engine does not answer. */
  readonly open: () => Promise<Runtime>;
  readonly operations: Operations;
  readonly record: BrokerRecord;
  readonly clock: Clock;
  /** Told what only a defect of ours can cause. */
  readonly onDefect: (error: unknown) => void;
}

/** Of logs: an agent reads a few, and then thinks. */
const LOGS_AT_ONCE = 20;
const LOG_EVERY_MS = 500;
/** Of the end of a log: more than any model is shown. */
const LOG_BYTES_MAX = 128 * 1024;
const EXCERPT_CHARS = 60;
const verbSchema = z.string().regex(/^[a-z_]{1,20}$/);

/** Never rejects. */
export function createAnswerer(options: AnswerOptions): (line: Uint8Array) => Promise<Answer> {
  const mayReadLog = createAllowance({
    atOnce: LOGS_AT_ONCE,
    everyMs: LOG_EVERY_MS,
    clock: options.clock,
  });
  const look = shared(() => lookAtMembers(options));
  const answer = async (line: Uint8Array): Promise<Answer> => {
    const question = parseQuestion(line);
    if ("text" in question) return refuse(options, question);
    switch (question.do) {
      case "members":
        return look();
      case "logs":
        if (mayReadLog()) return readLog(options, question);
        return refuse(options, { ...wordsOf(question), text: "logs are read too often" });
      case "start":
      case "stop":
      case "restart":
      case "pause":
      case "resume":
        return operate(options, question);
      default:
        return unreachable(question);
    }
  };
  return async (line) => {
    try {
      return await answer(line);
    } catch (error) {
      return failureOf(options, error);
    }
  };
}

interface Refusal {
  readonly do?: string;
  readonly member?: string;
  readonly text: string;
  readonly hint?: string;
}

function parseQuestion(line: Uint8Array): Question | Refusal {
  const text = new TextDecoder().decode(line);
  const asked = parseJsonText(text);
  const parsed = questionSchema.safeParse(asked);
  if (parsed.success) return parsed.data;
  const { do: verb, member } = wordsIn(asked);
  if (verb === undefined) return { text: `no question: ${excerpt(text)}` };
  const words = { do: verb, ...(member === undefined ? {} : { member }) };
  const isOffered = OFFERED.some((offered) => offered === verb);
  if (!isOffered) return { ...words, text: `not offered: only ${OFFERED.join(", ")}` };
  return { ...words, text: `malformed: ${excerpt(issuesOf(parsed.error))}` };
}

async function lookAtMembers({ open }: AnswerOptions): Promise<Answer> {
  const runtime = await open();
  const { subject, timeScale } = runtime.topology;
  const members = (await runtime.members()).map(sayStatus);
  return { ok: true, subject, time_scale: timeScale, members };
}

async function readLog(
  options: AnswerOptions,
  question: Extract<Question, { do: "logs" }>,
): Promise<Answer> {
  const { member, lines } = question;
  const runtime = await options.open();
  if (!isMember(runtime, member)) return refuseStranger(options, runtime, question);
  const log = await runtime.logs(member, { lines });
  return { ok: true, log: new TextDecoder().decode(Buffer.from(log).subarray(-LOG_BYTES_MAX)) };
}

async function operate(options: AnswerOptions, question: OperationCall): Promise<Answer> {
  const runtime = await options.open();
  if (!isMember(runtime, question.member)) return refuseStranger(options, runtime, question);
  const end = await options.operations.run(runtime, question);
  if (end.state === "done") return { ok: true, member: sayStatus(end.member) };
  return refuse(options, { ...question, text: end.reason, hint: end.hint });
}

function isMember({ topology }: Runtime, name: string): boolean {
  return topology.members.some((member) => member.name === name);
}

function refuseStranger(
  options: AnswerOptions,
  { topology }: Runtime,
  { do: verb, member }: { readonly do: string; readonly member: string },
): Promise<Answer> {
  const valid = topology.members.map(({ name }) => name).join(", ");
  return refuse(options, { do: verb, member, text: `no such member: one of ${valid}` });
}

async function refuse({ record }: AnswerOptions, { hint, ...refusal }: Refusal): Promise<Answer> {
  await record.refuse(refusal);
  const { do: verb, member, text } = refusal;
  const asked = [verb, member].filter((word) => word !== undefined).join(" ");
  const message = asked === "" ? `refused: ${text}` : `${asked} refused: ${text}`;
  return { ok: false, code: "conflict", message, ...(hint === undefined ? {} : { hint }) };
}

/** What is done for one is done for all who ask meanwhile: a flood of looks costs one at a time. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

function wordsOf(question: Question): Pick<Refusal, "do" | "member"> {
  return "member" in question ? { do: question.do, member: question.member } : { do: question.do };
}

/** Why it failed is told; a defect of ours is told to whoever runs us, and not to the asker. */
function failureOf({ onDefect }: AnswerOptions, error: unknown): Failure {
  if (!(error instanceof OperatorError)) {
    onDefect(error);
    return { ok: false, code: "runtime", message: "a defect of the broker: see its own lines" };
  }
  const { message, hint } = error;
  const code = failureSchema.shape.code.safeParse(error.code).data ?? "runtime";
  return { ok: false, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** As far as they are words at all. */
function wordsIn(asked: unknown): Pick<Refusal, "do" | "member"> {
  const words = z
    .object({ do: verbSchema, member: memberSchema.optional().catch(undefined) })
    .safeParse(asked);
  return words.data ?? {};
}

function issuesOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join(".")} ${message}`.trim()).join("; ");
}

/** Foreign text in one short line of plain characters. */
function excerpt(text: string): string {
  const line = JSON.stringify(text.slice(0, EXCERPT_CHARS)).replace(/[^\x20-\x7e]/g, "?");
  return text.length > EXCERPT_CHARS ? `${line}…` : line;
}
