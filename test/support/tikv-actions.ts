// TiKV's actions for tests, on what a watcher sees of documented answers.
import type { Check } from "../../src/domain/action.ts";
import { tikvActions } from "../../subjects/tikv/actions/all.ts";
import type { Watcher } from "../../subjects/tikv/observe/memory.ts";

/** The first store of the documented answers. */
export const ONE = "10.0.1.11:20160";

export function actionOf(watcher: Watcher, name: string) {
  const actions = tikvActions({ ...watcher, runtime: undefined });
  const action = actions.find((candidate) => candidate.name === name);
  if (!action) throw new Error(`no action ${name}`);
  return action;
}

export function reasonOf(check: Check): string {
  return check.isMet ? "met" : check.reason;
}
