// An opened TiKV cluster: how it is looked at and acted on.
import { OperatorError } from "../../src/domain/errors.ts";
import type { OpenOptions, Subject } from "../../src/domain/subject.ts";

export function openTikv(_options: OpenOptions): Subject {
  throw new OperatorError("subject", "open tikv: observing it is not built yet");
}
