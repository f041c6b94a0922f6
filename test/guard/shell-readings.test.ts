// Words, names and little languages that a shell or a program reads in another way than they look.
import { expect, test } from "bun:test";
import type { EffectKind } from "../../src/domain/effect.ts";
import { worstOf } from "./worst-effect.ts";

interface Reading {
  readonly what: string;
  readonly refused: readonly string[];
  readonly nearMisses: readonly (readonly [EffectKind, string])[];
}

const READINGS: readonly Reading[] = [
  {
    what: "a delimiter within brackets, where sed's command does not end",
    refused: [
      "printf 'touch x/' | sed 's/[/]/;/e\n#/p'",
      "sed 's/[/]/;/e' /etc/hosts",
      "sed 's|[|]|;/w\n#/p' /etc/hosts",
      "sed '/[/]/;/w x/p' /etc/hosts",
      "sed 's/[\\/]/x/' /etc/hosts",
      "sed -n 'p\nw x' /etc/hosts",
    ],
    nearMisses: [
      ["read", "sed -n '/[0-9]/p' /etc/hosts"],
      ["read", "sed 's/[[:space:]]*$//; s/a\\/b/c;d/g; 1,5p; $!d' /etc/hosts"],
      ["read", "sed -e '/x/,/y/p' -e 's#a/b#[c#' -e 's/[]a]/x/' /etc/hosts"],
    ],
  },
  {
    what: "an operator of test that is known only when it runs",
    refused: [
      '[ "$(echo -v)" "$(printf a)" ]',
      'test "$x" "$y"',
      '[ ! "$x" "$y" ]',
      '[ "$x" "$y" = z ]',
    ],
    nearMisses: [
      ["read", '[ "$x" ] && [ -n "$x" ] && [ ! -d "$x" ]'],
      ["read", '[ "$x" = up -o "$y" != "$z" ] || [ "$(pgrep -c x)" -gt 2 ]'],
    ],
  },
  {
    what: "a variable that the shell itself sets",
    refused: [
      "PWD=/tmp/a; cd /etc; echo x > $PWD/hosts",
      "for PWD in /tmp/a; do cd /etc; echo x > $PWD/hosts; done",
      "OLDPWD=/tmp/a; cd /etc; cd /tmp; echo x > $OLDPWD/hosts",
      "_=/tmp/a; : /etc/passwd; echo x > $_",
      "SECONDS=/tmp/a; echo x > $SECONDS",
    ],
    nearMisses: [["write", "F=/tmp/a; echo x > $F"]],
  },
  {
    what: "a function in the place of a program",
    refused: ["seq() { echo /etc/x; }; for p in $(seq 1 2); do echo x > $p; done"],
    nearMisses: [["write", "for p in $(seq 1 2); do echo x > $p; done"]],
  },
  {
    what: "a file behind >&, which bash expands twice",
    refused: [
      "echo a >&'$(reboot)'",
      'echo a >&"a\\$(reboot)"',
      "echo a >& /tmp/x",
      "cat <&/tmp/x",
    ],
    nearMisses: [
      ["read", "ls /x 2>&1 >/dev/null; exec 3>&1 3>&-"],
      ["write", "echo x > /tmp/x 2>&1"],
    ],
  },
  {
    what: "a home with quotes behind it",
    refused: [
      'echo x > ~root/"x"',
      "touch ~root/''x",
      "echo x | tee ~root/'x'/y",
      'echo x > ~/"x"',
    ],
    nearMisses: [["write", 'echo x > "~root"']],
  },
  {
    what: "a sum that is code to some shell",
    refused: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
      "if false; then x=1; fi; : ${x:='a[$(reboot)]'}; echo $((x))",
      "echo $((cd x && rm y))",
      "echo $((1 2))",
      "echo $((1 +))",
      "echo $((1.))",
    ],
    nearMisses: [
      ["read", "x=1; y=2; echo $((x + 1)) $((-(x * 2) % y)) $((x==1?2:3)) $(( ( 1 ) ))"],
    ],
  },
  {
    what: "a here-document that ends where another shell sees no end",
    refused: [
      "cat <<a`\n`reboot`\n",
      "cat <<a`\n`$(reboot)`\na`\n",
      "cat <<a$b\nx\na$b\n",
      "cat <<E\nx\n",
      "cat <<-E\n\t\\\n\tE\nredis-cli get '$(reboot)'\n",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
      "cat <<E\n${x:-'$(reboot)'}\nE",
      `echo ${"x".repeat(4_000)}`,
      "cat <<'E F'\nx\nE F\n",
    ],
    nearMisses: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
      ["read", "cat <<E\n$x ${x} it's\nE"],
      ["read", "cat <<'E' | grep x\n$(rm x)\nE\n"],
      ["read", "cat <<-\\E\n\t`rm x`\n\tE\n"],
    ],
  },
  {
    what: "a variable that programs get already",
    refused: [
      "REDIS_URL=redis://10.0.0.1:6379; operator monitor --subject ratelimiter --once",
      "RATELIMITER_URL=http://10.0.0.1; operator subject status ratelimiter",
    ],
    nearMisses: [["read", "PD_URL=http://127.0.0.1:2379; curl -s $PD_URL/health"]],
  },
];

for (const { what, refused, nearMisses } of READINGS) {
  const doors = refused.map((command) => ["hidden", command] as const);
  for (const [kind, command] of [...doors, ...nearMisses]) {
    test(`${what}: ${JSON.stringify(command)} is ${kind}`, () => {
      expect(worstOf(command)).toBe(kind);
    });
  }
}

const LONG: readonly string[] = [
  `sed 'p${";  ".repeat(950)}x' f`,
  `sed 's/${"[a]\\\\b".repeat(550)}' f`,
  `sed '/${"a".repeat(3_900)}' f`,
  `echo $((1${"---1".repeat(950)}.))`,
  `echo $((${"(".repeat(3_900)}`,
  `cat /proc/${"$x/".repeat(1_200)}`,
  `awk '${"{ print } ".repeat(350)}{ print > 1 }' f`,
  `test ${'"$x" '.repeat(700)}`,
];

test("of a long line each character is read a few times, and not again for each before it", () => {
  const kinds = LONG.map((command) => worstOf(command));
  expect(kinds.filter((kind) => kind === "read" || kind === undefined)).toEqual([]);
});
