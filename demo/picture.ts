// Draws one moment of a recording as an SVG, for the README:
//   operator demo tikv --auto --record demo.cast
//   bun run picture demo.cast --out demo/picture/end.svg [--at SECONDS | --showing TEXT]
import { parseArgs } from "node:util";
import { messageOf, OperatorError } from "../src/domain/errors.ts";
import { readCast } from "./picture/cast.ts";
import { frameOf, type Moment } from "./picture/frame.ts";
import { drawPicture } from "./picture/svg.ts";

const USAGE =
  "picture CAST --out FILE [--at SECONDS | --showing TEXT] [--title TEXT] [--describes TEXT]";

try {
  await drawRecording(process.argv.slice(2));
} catch (error) {
  console.error(`picture: ${messageOf(error)}`);
  process.exitCode = 1;
}

async function drawRecording(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      at: { type: "string" },
      showing: { type: "string" },
      title: { type: "string", default: "operator demo tikv" },
      describes: { type: "string", default: "The screen of operator" },
    },
  });
  const [path] = positionals;
  const { out, title, describes } = values;
  if (path === undefined || out === undefined) throw new OperatorError("usage", USAGE);
  const cast = readCast(await Bun.file(path).text());
  const frame = await frameOf(cast, momentOf(values));
  await Bun.write(out, drawPicture(frame, { title, describes }));
}

function momentOf({
  at,
  showing,
}: {
  readonly at?: string | undefined;
  readonly showing?: string | undefined;
}): Moment {
  if (showing !== undefined) return { type: "showing", text: showing };
  if (at === undefined) return { type: "last" };
  const seconds = Number(at);
  if (!Number.isFinite(seconds)) throw new OperatorError("usage", `--at ${at}: no seconds`);
  return { type: "at", seconds };
}
