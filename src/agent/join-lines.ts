// A command as it is judged, approved, run and told: without comments, and with the lines joined
// that `\` parts. A change is a command written out; so people write it, too. Pure.

/** Where what follows is text, or how a `#` is meant depends on more than what stands before it. */
const LEFT_ALONE = /<<|[`\r]|\$['"]|\$\(\(|\[\[|[)<>](?:\\\n)*#/;

/** The same text where nothing is to be done, or a quote is not closed. */
export function joinLines(command: string): string {
  if (!/\\\n|#/.test(command) || LEFT_ALONE.test(command)) return command;
  let joined = "";
  let quote = "";
  let isWordsStart = true;
  for (let at = 0; at < command.length; at += 1) {
    const char = command.charAt(at);
    if (char === "\\" && quote !== "'") {
      const next = command.charAt(at + 1);
      at += 1;
      if (next === "\n") continue;
      joined += char + next;
      isWordsStart = false;
    } else if (char === "#" && quote === "" && isWordsStart) {
      const end = command.indexOf("\n", at);
      at = (end === -1 ? command.length : end) - 1;
    } else {
      if (quote === char) quote = "";
      else if (quote === "" && (char === "'" || char === '"')) quote = char;
      joined += char;
      isWordsStart = quote === "" && /[\s;&|(]/.test(char);
    }
  }
  const written = joined.replace(/^\s*\n/, "");
  return quote === "" && written.trim() !== "" ? written : command;
}
