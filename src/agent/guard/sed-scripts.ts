// Scripts of sed that print, delete and replace, and do nothing else. Read from left to right, as
// sed does: a semicolon may stand within a pattern, and a delimiter within brackets.

const CLASS = String.raw`\[:[a-z]+:\]`;

/** Within brackets sed takes a delimiter for itself, and other characters in ways of its own. */
function patternUpTo(delimiter: string): string {
  const bracket = String.raw`\[\^?\]?(?:${CLASS}|[^\][\\\n${delimiter}])*\]`;
  return String.raw`(?:\\[^\n]|${bracket}|[^[\\\n${delimiter}])*`;
}

/** A delimiter that is escaped stands for itself: where the address ends is then another matter. */
const ADDRESS = String.raw`(?:\d+|\$|/(?!(?:[^/\\]|\\[^/])*\\/)${patternUpTo("/")}/)`;
/** No flag that writes (w) or runs (e). */
const FLAGS = String.raw`[gpIi\d]*`;
const SUBSTITUTES = ["/", "|", "#", ","].map((delimiter) => {
  const replacement = String.raw`(?:\\[^\n]|[^\\\n${delimiter}])*`;
  const quoted = `[${delimiter}]`;
  return `s${quoted}${patternUpTo(delimiter)}${quoted}${replacement}${quoted}${FLAGS}`;
});
const COMMAND = `(?:${ADDRESS}(?:,${ADDRESS})? *)?(?:! *)?(?:[pdq=]|${SUBSTITUTES.join("|")})`;
/** Each character has one place in it: else a long script would take for ever. */
const SCRIPT = new RegExp(`^[ ;]*${COMMAND}(?: *;[ ;]*${COMMAND})*[ ;]*$`);

export function isHarmlessSed(script: string): boolean {
  return SCRIPT.test(script);
}
