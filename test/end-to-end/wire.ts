// What the agent sent to the model, taken apart for the tests that look at it.
import { z } from "zod";
import type { RecordedRequest } from "../support/messages-api.ts";

const BLOCKS = z.array(
  z.looseObject({ type: z.string(), text: z.string().optional(), content: z.string().optional() }),
);

/** The texts of the last message: results of tools, and what was said beside them. */
export function lastTexts(request: RecordedRequest | undefined): readonly string[] {
  return textsOf(request, -1);
}

/** The first message: what the model is told of the ticket. */
export function briefIn(request: RecordedRequest | undefined): string {
  return textsOf(request, 0).join("\n");
}

/** Each message as its bytes, without the cache marks, which move along with the conversation. */
export function messageBytes({ body }: RecordedRequest): readonly string[] {
  return body.messages.map((message) =>
    JSON.stringify(message, (key, value) => (key === "cache_control" ? undefined : value)),
  );
}

function textsOf(request: RecordedRequest | undefined, index: number): readonly string[] {
  const blocks = BLOCKS.parse(request?.body.messages.at(index)?.content);
  return blocks.flatMap(({ text, content }) => text ?? content ?? []);
}
