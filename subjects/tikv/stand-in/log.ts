// The unified log format of PD and TiKV: [time] [LEVEL] [file:line] [message] [key=value]…
import type { Clock } from "../../../src/domain/clock.ts";
import { localTime } from "./local-time.ts";

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
export type LogFields = Readonly<Record<string, string | number | bigint | boolean>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The last line of a member that cannot go on. */
  fatal(message: string, fields?: LogFields): void;
}

export function createLog(clock: Clock, writeLine: (line: string) => void): Log {
  const write = (level: LogLevel) => (message: string, fields?: LogFields) =>
    writeLine(logLine({ atMs: clock.now(), level, message, fields: fields ?? {} }));
  return { info: write("INFO"), warn: write("WARN"), error: write("ERROR"), fatal: write("FATAL") };
}

interface LogEvent {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export function logLine({ atMs, level, message, fields }: LogEvent): string {
  const head = `[${logTime(atMs)}] [${level}] [stand-in.ts:1] [${quoted(message)}]`;
  const tail = Object.entries(fields).map(
    ([key, value]) => ` [${quoted(key)}=${quoted(`${value}`)}]`,
  );
  return head + tail.join("");
}

/** `2026/11/22 19:33:05.123 +00:00` */
function logTime(epochMs: number): string {
  const { date, clock, zone } = localTime(epochMs);
  const ms = String(epochMs % 1000).padStart(3, "0");
  return `${date.replaceAll("-", "/")} ${clock}.${ms} ${zone}`;
}

/** JSON-quoted iff it holds a byte <= 0x20, `"`, `=`, `[` or `]`: logger/formatter.rs:44-52. */
function quoted(text: string): string {
  const isPlain = [...text].every((character) => character > " " && !'"=[]'.includes(character));
  return isPlain ? text : JSON.stringify(text);
}
