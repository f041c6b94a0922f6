// What a container was given, as `docker inspect` shows it: its environment, and the words of its
// programs. What of it is secret, only who gave it knows: of names all is kept, of values nothing.

/** What stands where a secret stood. */
export const REDACTED = "[redacted]";

const NAMES = ["Env", "Args", "Cmd", "Entrypoint", "Test"];
const ITEM = String.raw`"(?:[^"\\]|\\.)*"`;
const LIST = String.raw`"(?:${NAMES.join("|")})": ?\[`;
const LISTS = new RegExp(String.raw`(${LIST})((?:\s*${ITEM},?)*)`, "g");
/** The same, where the text was cut within an item. */
const BEGUN = new RegExp(String.raw`(${LIST}(?:\s*${ITEM},?)*\s*")(?:[^"\\]|\\.)*\\?$`);
const ENDS_OF_NAMES = NAMES.flatMap((name) => [...name].map((_, at) => name.slice(at)));
/** From within its name on: what is left of a line, and the items behind it. */
const LEFT = new RegExp(
  String.raw`^((?:"?(?:${ENDS_OF_NAMES.join("|")})?"?:? ?\[)?[\s,]*)[^\n]*?"(?=\s*(?:[,\]]|$))` +
    String.raw`((?:\s*,\s*${ITEM}(?!\s*:))*(?:\s*,\s*"(?:[^"\\]|\\.)*$)?)`,
);
const VALUE = /"((?:[^"\\]|\\.)*)("|\\?$)/g;

/** Whole lists, wherever they stand. */
export function withoutGiven(text: string): string {
  return text.replace(LISTS, (_, head: string, items: string) => head + withoutValues(items));
}

/** The end of a text that was cut off there. */
export function withoutGivenBegun(text: string): string {
  return text.replace(BEGUN, `$1${REDACTED}`);
}

/** The start of a text that was cut off there: the rest of a list, if it may be one. */
export function withoutGivenLeft(text: string): string {
  return text.replace(
    LEFT,
    (_, before: string, items: string) => `${before}${REDACTED}${withoutValues(items)}`,
  );
}

function withoutValues(items: string): string {
  return items.replace(VALUE, (_, item: string, end: string) => `"${withoutValue(item)}${end}`);
}

/** `--name`, `-n` and the name of `NAME=value` or `--name=value`. */
function withoutValue(item: string): string {
  if (/^(?:--[\w.-]+|-[a-zA-Z])$/.test(item)) return item;
  const [name = ""] = /^-{0,2}[\w.-]+=/.exec(item) ?? [];
  return `${name}${REDACTED}`;
}
