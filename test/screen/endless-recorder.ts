// `bun endless-recorder.ts <file>`: records frames until it is killed or its disk is full.

import { Recorder } from "../../src/infra/asciicast.ts";
import { systemClock } from "../../src/infra/clock.ts";

const [path = ""] = process.argv.slice(2);
const open = { path, columns: 80, rows: 24, terminalType: "xterm-256color", clock: systemClock };
using recorder = Recorder.open(open);
while (recorder.failure === undefined) recorder.write("frame ".repeat(200));
process.stdout.write(recorder.failure);
