// A service's answer as bytes, with an end: what reads it keeps whole lines, and whole messages of
// failures, however long they are.
import { ModelError } from "../domain/model.ts";

/** Each token of a long reply comes in an event of its own, of some two hundred bytes. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** The same; its body fails with ModelError "malformed" where it goes on beyond the bound. */
export function boundAnswer(answer: Response): Response {
  let bytes = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes <= ANSWER_BYTES_MAX) controller.enqueue(chunk);
      else controller.error(new ModelError("malformed", TOO_LONG));
    },
  });
  const { status, statusText, headers } = answer;
  return new Response(answer.body?.pipeThrough(bounded) ?? null, { status, statusText, headers });
}

const TOO_LONG = `the answer is longer than ${ANSWER_BYTES_MAX} bytes`;
