// A line that every shell leaves as it is: one program and its words, nothing quoted or put in.

const PLAIN = /^[\w./:=,@%+ -]+$/;

/** Undefined of any other line. */
export function plainWords(command: string): readonly string[] | undefined {
  return PLAIN.test(command) ? command.split(" ").filter((word) => word !== "") : undefined;
}
