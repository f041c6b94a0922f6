// What was to be done, as people say it. Pure.
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { callWords } from "../domain/undo.ts";
import { objectIn, textIn } from "./audit-content.ts";

/** `start_member tikv2`, `$ curl …`; of other forms the JSON. */
export function operationWords(operation: JsonObject): string {
  const [action, command] = [textIn(operation, "action"), textIn(operation, "command")];
  if (command !== "") return `$ ${command}`;
  if (action === "") return canonicalJson(operation);
  return callWords({
    action,
    target: textIn(operation, "target"),
    args: objectIn(operation, "args"),
  });
}
