// Who gave a word, as the operating system tells it: no proof of who sat at the terminal.

export type Person = {
  /** Null where the user has no name: in a container, say. */
  readonly user: string | null;
  /** Null on systems without. */
  readonly uid: number | null;
  /** Whom root stands for, as sudo says; null of anybody else. */
  readonly sudoUser: string | null;
  readonly host: string;
  /** `pts/3`; null without a terminal, as for what a program typed. */
  readonly tty: string | null;
  readonly via: "command" | "panel";
};

/** `anna (uid 1000) at laptop, on pts/3, by a command` */
export function personWords({ user, uid, sudoUser, host, tty, via }: Person): string {
  const number = uid === null ? [] : [`uid ${uid}`];
  const behind = sudoUser === null ? [] : [`sudo of ${sudoUser}`];
  const facts = [...number, ...behind].join(", ");
  const who = `${user ?? "somebody without a name"}${facts === "" ? "" : ` (${facts})`}`;
  const where = tty === null ? "without a terminal" : `on ${tty}`;
  return `${who} at ${host}, ${where}, ${via === "panel" ? "in a panel" : "by a command"}`;
}
