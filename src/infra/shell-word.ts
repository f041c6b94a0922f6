// A word as it has to be written for sh, so that it stays one word and nothing in it is expanded.

/** As it is, it means the same to every shell; and who judges a line reads it as it is. */
const PLAIN = /^[\w./:,@%+-]+$/;

export function quoteWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
