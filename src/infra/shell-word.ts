// A word as it has to be written for sh, so that it stays one word and nothing in it is expanded.

export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
