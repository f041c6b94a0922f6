// Somebody at a terminal.
import type { Person } from "../../src/domain/person.ts";

export const ANNA: Person = {
  ...{ user: "anna", uid: 1000, sudoUser: null, host: "laptop", tty: "pts/3" },
  via: "command",
};

export const ANNAS_WORDS = "anna (uid 1000) at laptop, on pts/3, by a command";
