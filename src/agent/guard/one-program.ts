// Whether a command line is one program, written out: then what a shell says of not starting it is
// said of all of it.
import { forEachChild, parse, type SyntaxNode } from "unbash";
import { WRAPPERS } from "./wrappers.ts";

/** They hand on the exit code of what they ran elsewhere. */
const HANDING_ON: readonly string[] = ["docker", "docker-compose", "podman"];

export function isOneProgram(line: string): boolean {
  const [only, ...others] = parse(line).commands;
  if (others.length > 0 || only?.background || only?.command.type !== "Command") return false;
  const { name } = only.command;
  if (!name || Object.hasOwn(WRAPPERS, name.value) || HANDING_ON.includes(name.value)) return false;
  return !hasSubstitution(only.command);
}

function hasSubstitution(node: SyntaxNode): boolean {
  let found = node.type === "CommandExpansion";
  forEachChild(node, (child) => {
    found ||= hasSubstitution(child);
  });
  return found;
}
