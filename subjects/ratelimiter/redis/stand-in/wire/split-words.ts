// Pure: the words of a line, as redis-cli, inline requests and redis.conf quote them.

/** Undefined where a quote is not closed, or is not followed by a blank. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (/[\s\0]/.test(line[at] ?? "x")) at += 1;
    if (at >= line.length) return words;
    const found = readWord(line, at);
    if (!found) return undefined;
    words.push(found.word);
    at = found.end;
  }
}

/** What splitWords reads back as one word. */
export function quoteWord(word: string): string {
  if (/^[\w.,:/@+-]+$/.test(word)) return word;
  const escaped = word.replace(/["\\]/g, "\\$&").replace(/[^\x20-\x7e]/g, hexEscape);
  return `"${escaped}"`;
}

interface Found {
  readonly word: string;
  readonly end: number;
}

function readWord(line: string, start: number): Found | undefined {
  let word = "";
  let at = start;
  while (at < line.length && !/[\s\0]/.test(line[at] ?? "")) {
    const mark = line[at] ?? "";
    if (mark !== '"' && mark !== "'") {
      word += mark;
      at += 1;
      continue;
    }
    const quoted = readQuoted(line, at);
    if (!quoted || !/^[\s\0]?$/.test(line[quoted.end] ?? "")) return undefined;
    word += quoted.word;
    at = quoted.end;
  }
  return { word, end: at };
}

function readQuoted(line: string, start: number): Found | undefined {
  const mark = line[start];
  let word = "";
  for (let at = start + 1; at < line.length; ) {
    if (line[at] === mark) return { word, end: at + 1 };
    const found = mark === '"' ? readEscape(line, at) : readQuoteEscape(line, at);
    word += found.word;
    at = found.end;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  a: "\x07",
};

function readEscape(line: string, at: number): Found {
  if (line[at] !== "\\" || at + 1 >= line.length) return { word: line[at] ?? "", end: at + 1 };
  const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4))?.[1];
  if (hex) return { word: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 4 };
  const letter = line[at + 1] ?? "";
  return { word: ESCAPES[letter] ?? letter, end: at + 2 };
}

function readQuoteEscape(line: string, at: number): Found {
  if (line.startsWith("\\'", at)) return { word: "'", end: at + 2 };
  return { word: line[at] ?? "", end: at + 1 };
}

function hexEscape(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
