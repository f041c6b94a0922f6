// Which runbook answers which invariant.
import type { Runbook } from "../../../src/domain/runbook.ts";

export const tikvRunbooks: Readonly<Record<string, Runbook>> = {};
