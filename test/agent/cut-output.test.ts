// A long output whose middle is dropped: of a secret that stands at the cut nothing is told, and
// what is told ends and begins with whole lines.
import { expect, test } from "bun:test";
import { withMargin, withoutMargin } from "../../src/agent/recording/whole-lines.ts";
import { createRedactor } from "../../src/agent/redact.ts";
import { joinOutput } from "../../src/agent/truncate.ts";
import { createOutputCollector } from "../../src/infra/exec-output.ts";
import { LOOK } from "../support/sandboxed-shell.ts";

const KNOWN = "the-known-value-of-a-token";
const REDACT = createRedactor([KNOWN]);
const BYTES_MAX = 1_000;
const { signal } = new AbortController();
const OPTIONS = { timeoutMs: 1, outputBytesMax: BYTES_MAX, signal, reach: LOOK };

/** As a session is told it. */
function told(text: string): string {
  const collector = createOutputCollector(withMargin(OPTIONS).outputBytesMax);
  collector.add(new TextEncoder().encode(text));
  const end = { exitCode: 0, signal: null, timedOut: false, aborted: false, durationMs: 1 };
  const { output } = withoutMargin({ ...end, output: collector.result() }, REDACT);
  return joinOutput({ ...output, head: REDACT(output.head), tail: REDACT(output.tail) }, BYTES_MAX);
}

function linesOf(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at} ä€😀\n`).join("");
}

const FORMS: Readonly<Record<string, string>> = {
  "a setting and its value": "masterauth\nS3cretVa1ue\n",
  "a known value": `${KNOWN}\n`,
  "a name far before it": `password:${" ".repeat(200)}S3cretVa1ue\n`,
  "a long key": `client-key-data: ${"S3cretVa1ue".repeat(200)}\n`,
};

test.each(Object.entries(FORMS))("%s is told at no place of the cut", (_, form) => {
  const bytes = withMargin(OPTIONS).outputBytesMax / 2;
  const shown = new Set<string>();
  for (let at = bytes - form.length - 4; at <= bytes + 4; at += 1) {
    const inHead = `${"x".repeat(at - 300)}\n${"y ".repeat(149)}\n${form}${linesOf(900)}`;
    const inTail = `${linesOf(900)}${form}${"y ".repeat(149)}\n${"x".repeat(at - 300)}\n`;
    for (const text of [inHead, inTail]) {
      const leaked = /S3cre|Va1ue|known|-value-of|of-a-token/.exec(told(text));
      if (leaked) shown.add(`${at}: ${leaked[0]}`);
    }
  }
  expect([...shown]).toEqual([]);
});

test("whole lines stand on both sides of the cut, and all that is missing is counted", () => {
  const text = linesOf(2_000);
  const [, head = "", cut, tail = ""] =
    /^(.*)\n\[… (\d+) bytes cut here …\]\n(.*)$/s.exec(told(text)) ?? [];
  expect(text).toStartWith(head);
  expect(text).toEndWith(tail);
  expect(Buffer.byteLength(head) + Number(cut) + Buffer.byteLength(tail)).toBe(
    Buffer.byteLength(text),
  );
  expect(Buffer.byteLength(head + tail)).toBeGreaterThan(BYTES_MAX - 10);
});

test("what is little longer than what is told is cut after its secrets are gone", () => {
  const text = `${"x".repeat(490)}\npassword: S3cretVa1ue\n${"y".repeat(1_000)}\n`;
  expect(told(text)).toMatch(/^x{490}\npassword.*bytes cut here.*y+\n$/s);
  expect(told(text)).not.toContain("S3cret");
});
