// Every fault of the TiKV subject, as `operator fault list` shows them.
import type { Fault } from "../../../src/domain/fault.ts";

export const tikvFaults: readonly Fault[] = [];
