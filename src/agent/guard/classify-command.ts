// From a command line to its effects. The line is parsed, never searched: each simple command in it
// is judged, and then the line as a whole; what cannot be read counts as the worst.
import { type ParsedScript, parse } from "unbash";
import { type Effect, isLook, isRefused } from "../../domain/effect.ts";
import { classifyNode, scopeOfLine } from "./classify-node.ts";
import { troubleOfInterruptions } from "./interruptions.ts";
import { GOES_ON, goesOnInWord } from "./node-facts.ts";
import { troubleOfText } from "./plain-text.ts";
import { type CommandKnowledge, hiddenText, type Note } from "./scope.ts";
import { troubleOfOrder } from "./waits.ts";

/** Many times what a repair takes. To judge a line may take the square of its length. */
const CHARS_MAX = 4_000;
const TOO_LONG = `longer than ${CHARS_MAX} characters: do it in several commands`;
/** Simple commands, those within others too: however a line nests, its judgement has an end. */
const JUDGED_MAX = 1_000;

/** At least one effect, without twins. Never throws. */
export function classifyCommand(command: string, knowledge: CommandKnowledge): readonly Effect[] {
  if (command.length > CHARS_MAX) return [hiddenText(command, TOO_LONG)];
  if (goesOnInWord(command)) return [hiddenText(command, GOES_ON)];
  const line = { command, script: parse(command), knowledge };
  const found = classifyLine(line, false);
  // What it is as a whole decides where it runs, and so what each part of it may see.
  const isChanging = !isLook(found) && !isRefused(found);
  const isHeld = !isChanging && knowledge.isUnheld !== true;
  const variables = Object.keys(knowledge.variables);
  const trouble = isHeld ? undefined : troubleOfText(command, { isChanging, variables });
  const read = isChanging ? classifyLine(line, true) : found;
  const effects = distinct(trouble === undefined ? read : [...read, hiddenText(command, trouble)]);
  return effects.length > 0 ? effects : [{ kind: "read", targets: [], source: "nothing to run" }];
}

interface Line {
  readonly command: string;
  readonly script: ParsedScript;
  readonly knowledge: CommandKnowledge;
}

function classifyLine(
  { command, script, knowledge }: Line,
  isChanging: boolean,
): readonly Effect[] {
  const notes: Note[] = [];
  const note = (one: Note) => notes.push(one);
  let judged = 0;
  const hasEnough = () => {
    judged += 1;
    return judged > JUDGED_MAX;
  };
  const scope = scopeOfLine(script, { knowledge, isChanging, note, hasEnough });
  const found = classifyNode(script, scope);
  const disorder = troubleOfOrder(notes);
  if (disorder) return [...found, hiddenText(disorder.text, disorder.because)];
  const interrupts = found.some(({ kind }) => kind === "interrupt");
  const trouble = interrupts
    ? troubleOfInterruptions(script, (node) => classifyNode(node, scope))
    : undefined;
  return trouble === undefined ? found : [...found, hiddenText(command, trouble)];
}

/** Of looks and refusals one is enough; each change counts. */
function distinct(effects: readonly Effect[]): readonly Effect[] {
  const seen = new Set<string>();
  return effects.filter((effect) => {
    const text = JSON.stringify(effect);
    const isTwin = seen.has(text) && (isLook([effect]) || isRefused([effect]));
    seen.add(text);
    return !isTwin;
  });
}
