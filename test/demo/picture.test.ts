// The script that draws a moment of a recording: what is on the terminal is in the picture.
import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCast } from "../../demo/picture/cast.ts";
import { frameOf, type Moment } from "../../demo/picture/frame.ts";
import { drawPicture } from "../../demo/picture/svg.ts";
import { ENTER, LEAVE } from "../../src/panels/screen-modes.ts";

const SCRIPT = join(import.meta.dir, "..", "..", "demo", "picture.ts");
const LABELS = { title: "a <title>", describes: 'what "it" shows & more' };

test("a text has its place, its width and its colours", async () => {
  const svg = await pictureOf([[0, "o", "\r\n  \x1b[1;38;5;166mone two\x1b[0m   three  4"]]);
  expect(textsOf(svg)).toEqual([
    '<text class="b" x="16" y="31.5" textLength="56" fill="#d75f00">one two</text>',
    '<text x="96" y="31.5" textLength="40">three</text>',
    '<text x="152" y="31.5" textLength="8">4</text>',
  ]);
});

test("wide characters and symbols stand in the middle of their own cells", async () => {
  const svg = await pictureOf([[0, "o", "a表🙂b ✓"]]);
  expect(textsOf(svg)).toEqual([
    '<text x="0" y="13.5" textLength="8">a</text>',
    '<text class="c" x="16" y="13.5">表</text>',
    '<text class="c" x="32" y="13.5">🙂</text>',
    '<text x="40" y="13.5" textLength="8">b</text>',
    '<text class="c" x="60" y="13.5">✓</text>',
  ]);
});

test("inverse, 24-bit, faint, italic and underlined text looks so", async () => {
  const svg = await pictureOf([
    [
      0,
      "o",
      "\x1b[38;2;1;2;3;7m表\x1b[0;2mB\x1b[0;3mC\x1b[0;4mD\x1b[0;8mE\x1b[0;31mF\x1b[38;5;244mG",
    ],
  ]);
  expect(svg).toContain('<path fill="#010203" d="M0 0h16v18h-16z"/>');
  expect(textsOf(svg)).toEqual([
    '<text class="c" x="8" y="13.5" fill="#12161d">表</text>',
    '<text class="f" x="16" y="13.5" textLength="8">B</text>',
    '<text class="i" x="24" y="13.5" textLength="8">C</text>',
    '<text class="u" x="32" y="13.5" textLength="8">D</text>',
    '<text x="48" y="13.5" textLength="8" fill="#e5534b">F</text>',
    '<text x="56" y="13.5" textLength="8" fill="#808080">G</text>',
  ]);
});

test("borders join across cells and rows, a row of one kind is one line", async () => {
  const svg = await pictureOf([[0, "o", "╭──\r\n│"]]);
  expect(svg).toContain('stroke-width="1.2" d="M8 9Q4 9 4 18M8 9L16 9L24 9M4 18L4 27L4 36"/>');
  expect(textsOf(svg)).toEqual([]);
  const heavy = await pictureOf([[0, "o", "┏━\r\n┗"]]);
  expect(heavy).toContain('stroke-width="2.4" d="M8 9L4 9L4 18M8 9L12 9L16 9M8 27L4 27L4 18"/>');
});

test("bars stand on the foot of their cells, in one shape", async () => {
  const svg = await pictureOf([[0, "o", "\x1b[38;5;32m▄██"]]);
  expect(svg).toContain('<path fill="#0087d7" d="M0 9h8v9h-8zM8 0h16v18h-16z"/>');
});

test("a picture is well-formed XML, whatever was on the terminal", async () => {
  const svg = await pictureOf([[0, "o", "<script>&amp;\"'\ufffe\ud800"]]);
  expect(unbalanced(svg)).toEqual([]);
  expect(svg).toContain("&lt;script&gt;&amp;amp;");
  expect(svg).toContain("<title>what &quot;it&quot; shows &amp; more</title>");
  expect(svg).toContain("a &lt;title&gt;");
  expect(svg).not.toMatch(/[\ufffe\ud800-\udfff]|<script|http:(?!\/\/www\.w3\.org)/);
});

test("the last frame is the one before the terminal is given back", async () => {
  const events = [
    [0, "o", `${ENTER}the end`],
    [9, "o", LEAVE],
    [9, "o", "$ "],
  ];
  expect(textsOf(await pictureOf(events))[0]).toContain(">the end<");
});

test("a moment is chosen by its second, or by what is shown first", async () => {
  const events = [
    [0, "o", "one"],
    [1, "o", "\rtwo"],
    [2, "o", "\rtwo and three"],
  ];
  const at = async (moment: Moment) => textsOf(await pictureOf(events, moment)).join();
  expect(await at({ type: "at", seconds: 0.9 })).toContain(">one<");
  expect(await at({ type: "at", seconds: 1 })).toContain(">two<");
  expect(await at({ type: "showing", text: "two" })).toContain(">two<");
  expect(at({ type: "showing", text: "four" })).rejects.toThrow('never shows "four"');
});

test("a resize changes the size of the picture", async () => {
  const svg = await pictureOf([
    [0, "r", "40x10"],
    [1, "o", "\x1b[10;40H!"],
  ]);
  expect(svg).toContain('width="348" height="238"');
  expect(textsOf(svg)).toEqual(['<text x="312" y="175.5" textLength="8">!</text>']);
});

test("what is no recording is refused, with its line", () => {
  const header = '{"version":2,"width":20,"height":3}';
  expect(() => readCast("{}")).toThrow("line 1 is no header");
  expect(() => readCast(`${header}\n[1,"o"]`)).toThrow("line 2 is no event");
  expect(() => readCast(`${header}\n[1,"o",""]\n[2,"r","wide"]`)).toThrow("line 3 is no event");
  expect(readCast(`${header}\n[1,"m","a mark"]`).events).toEqual([]);
});

test("the script writes the file that it is told", async () => {
  const dir = await mkdtemp(join(tmpdir(), "operator-picture-"));
  await using _removed = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
  const [cast, out] = [join(dir, "a.cast"), join(dir, "a.svg")];
  await writeFile(cast, castOf([[0, "o", "well"]]));
  const run = (...words: readonly string[]) =>
    Bun.spawn([process.execPath, SCRIPT, ...words], { stderr: "ignore" });
  expect(await run(cast, "--out", out, "--showing", "well").exited).toBe(0);
  expect(textsOf(await readFile(out, "utf8")).join()).toContain(">well<");
  expect(await run(cast, "--out", out, "--showing", "ill").exited).toBe(1);
  expect(await run(cast).exited).toBe(1);
});

type Event = readonly (number | string)[];

function castOf(events: readonly Event[]): string {
  const lines = [{ version: 2, width: 20, height: 3 }, ...events];
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

async function pictureOf(events: readonly Event[], moment: Moment = { type: "last" }) {
  return drawPicture(await frameOf(readCast(castOf(events)), moment), LABELS);
}

/** Of the terminal, without the window's title. */
function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text (?:class="\w+" )?x=[^>]*>[^<]*<\/text>/g)]
    .map(([element]) => element)
    .filter((element) => !element.includes("font-family"));
}

/** Tags without their other half; all text and attributes must be free of markup. */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>/g,
    (_, end, name, __, self) => {
      if (end) expect(open.pop()).toBe(name);
      else if (!self) open.push(name);
      return "";
    },
  );
  expect(rest.replace(/&(?:amp|lt|gt|quot|#\d+|#x[\da-f]+);/g, "")).not.toMatch(/[<&]/);
  return open;
}
