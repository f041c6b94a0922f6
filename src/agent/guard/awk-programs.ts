// Programs of awk that print and count, and do nothing else. Files, pipes, commands and connections
// need one of a few signs; of these `>` alone has another meaning, too: it compares.

const STRING = /"(?:[^"\\\n]|\\[^\n])*"/g;

/** The last of them are files that no word of the line names. */
const EFFECTS = /[>|@]|\b(?:close|fflush|getline|system|ARG[CVI]\w*|SYMTAB)\b/;

export function isHarmlessAwk(program: string): boolean {
  const bare = program.replace(STRING, '""');
  // Behind such a sign a quote may stand in a pattern or a comment: where strings end is not known.
  const isClear = !/[/#\\]/.test(bare) && !/"/.test(bare.replaceAll('""', ""));
  return !EFFECTS.test(isClear ? withoutComparisons(bare) : withoutPattern(program));
}

/** In braces it writes, unless it stands in parentheses: so says awk's own grammar. */
function withoutComparisons(bare: string): string {
  let braces = 0;
  let parentheses = 0;
  const signs = [...bare.replaceAll("||", " ")].map((sign) => {
    if (sign === "{") braces += 1;
    if (sign === "}") braces -= 1;
    if (sign === "(") parentheses += 1;
    if (sign === ")") parentheses -= 1;
    return sign === ">" && (braces === 0 || parentheses > 0) ? " " : sign;
  });
  return signs.join("");
}

function withoutPattern(program: string): string {
  const [pattern = "", ...actions] = program.split("{");
  return [pattern.replaceAll(">", " "), ...actions].join("{");
}
