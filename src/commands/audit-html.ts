// The audit as one page of HTML that stands alone: no scripts, nothing from elsewhere. Whatever a
// member, a model or a command wrote is text in it and never markup. Pure.
import type { AuditEvent } from "../domain/audit.ts";
import { unreachable } from "../domain/errors.ts";
import type { AuditVerification } from "../domain/ticket-ops.ts";
import { explainSections, titleOf } from "./audit-explain.ts";
import { headline } from "./audit-headline.ts";
import { inShort, type ShortFact } from "./audit-in-short.ts";
import { describeEvent } from "./audit-lines.ts";
import type { Story } from "./audit-story.ts";
import { wholeTime } from "./audit-when.ts";

// Text of our own, but for what `escaped` has made harmless.
const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
article { border-top: 2px solid #888; margin-top: 2rem; }
h2 { margin-bottom: 0; }
h3 { margin: 1.2rem 0 0.2rem; font-size: 1rem; }
.state { font-size: 1.1rem; }
ul { margin: 0; padding-left: 1.2rem; }
li { overflow-wrap: anywhere; }
li.more { list-style: none; margin-left: 1.5rem; }
table { border-collapse: collapse; width: 100%; margin-top: 0.5rem; }
td, th { text-align: left; vertical-align: top; padding: 0.2rem 0.6rem 0.2rem 0;
  border-top: 1px solid #ccc; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #16181c; } }
`;

/** Browsers that hold to it load and run nothing, even if something had slipped through. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

export interface PageFacts {
  readonly nowMs: number;
  readonly verification: AuditVerification;
}

export function pageStart({ nowMs, verification }: PageFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Operator audit</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Operator audit</h1>
<p>Written ${escaped(wholeTime(nowMs))}. ${escaped(chainWords(verification))}</p>
`;
}

/** One ticket: its story; every row of it comes between this and `ticketEnd`. */
export function ticketStart(story: Story): string {
  const sections = explainSections(story).map(
    ({ title, lines }) => `<h3>${escaped(title)}</h3>\n<ul>\n${lines.map(itemOf).join("")}</ul>\n`,
  );
  return `<article>
<h2>${escaped(titleOf(story.ticket))}</h2>
<p class="state">${escaped(headline(story))}</p>
<table>
${inShort(story).map(factOf).join("")}</table>
${sections.join("")}${rowsStart("every audit row of it")}`;
}

/** What belongs to no ticket; its rows come between this and `ticketEnd`, too. */
export function restStart(): string {
  return `<article>
<h2>Of the audit itself</h2>
${rowsStart("every audit row of no ticket")}`;
}

function rowsStart(summary: string): string {
  return `<details>
<summary>${summary}</summary>
<table>
<tr><th>row</th><th>what</th></tr>
`;
}

export function rowOf(event: AuditEvent): string {
  const { id } = event;
  const words = escaped(describeEvent(event).join("\n"));
  return `<tr id="row-${id}"><td>${id}</td><td><pre>${words}</pre></td></tr>\n`;
}

export function ticketEnd(): string {
  return "</table>\n</details>\n</article>\n";
}

export function pageEnd(): string {
  return "</body>\n</html>\n";
}

function factOf([name, value]: ShortFact): string {
  return `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>\n`;
}

function itemOf(line: string): string {
  const isMore = line.startsWith(" ");
  return `<li${isMore ? ' class="more"' : ""}>${escaped(line.trim())}</li>\n`;
}

function chainWords(verification: AuditVerification): string {
  switch (verification.state) {
    case "intact":
      return `The chain of ${verification.rows} rows was intact, its head ${verification.head}.`;
    case "broken":
      return `The chain was BROKEN at ${verification.row}: ${verification.reason}.`;
    default:
      return unreachable(verification);
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and for attributes in quotes. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
