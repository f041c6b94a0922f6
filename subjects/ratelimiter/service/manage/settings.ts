// The node's settings over HTTP: what is given is changed, on disk and at once.
import { type NodeSettings, nodeSettingsSchema } from "../../declared.ts";
import { type Read, read } from "../http/reply.ts";
import type { LimiterNode } from "../node.ts";
import { readForm } from "./read-form.ts";

const changesSchema = nodeSettingsSchema
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, "must change at least one setting");

export async function putSettings(node: LimiterNode, body: unknown): Promise<Read<NodeSettings>> {
  const changes = readForm(changesSchema, body);
  if (changes.state === "refused") return changes;
  node.log(`settings changed: ${JSON.stringify(changes.value)}`);
  return read(await node.settings.change(changes.value));
}
