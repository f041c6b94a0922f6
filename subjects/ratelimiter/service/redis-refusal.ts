// Why nobody is let in at Redis, in its own words: Bun's client tells only that a connection ended.
import { connect } from "node:net";

export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** Enough for an error of Redis; a line that is longer is none. */
const HEARD_MAX = 4_096;

/** By a connection of its own. Undefined when nothing is wrong, or nothing heard. Never rejects. */
export function readRefusal(place: RedisPlace, withinMs: number): Promise<string | undefined> {
  const { host, port } = place;
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect({ host, port, timeout: withinMs });
    const end = (refusal: string | undefined) => {
      socket.destroy();
      resolve(refusal);
    };
    socket.on("connect", () => socket.write(greetingOf(place)));
    socket.on("data", (bytes) => {
      heard += bytes.toString();
      const refusal = /^-(.*)\r\n/m.exec(heard)?.[1];
      if (refusal !== undefined || heard.includes("+PONG") || heard.length > HEARD_MAX)
        end(refusal);
    });
    socket.on("timeout", () => end(undefined));
    socket.on("error", (error) => end(error.message));
    socket.on("close", () => end(undefined));
  });
}

function greetingOf({ username, password }: RedisPlace): string {
  const login = password === undefined ? [] : [["AUTH", ...(username ? [username] : []), password]];
  return [...login, ["PING"]].map(requestOf).join("");
}

function requestOf(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}
