// Where peers are, asked of a name server that answers, falls silent, and is gone.
import { expect, test } from "bun:test";
import { systemClock } from "../../src/infra/clock.ts";
import { lookForPeers } from "../../src/runtimes/docker/disturb/inside/peers.ts";

const HOST = "abc";
/** Of the answer: one address that the question's name points to. */
const ANSWERED = Buffer.from("c00c00010001000000010004ac110002", "hex");

test("a peer is where it was when its name server is gone", async () => {
  const server = await Bun.udpSocket({
    hostname: "127.0.0.1",
    socket: {
      data(socket, question, port, ip) {
        const answer = Buffer.concat([question, ANSWERED]);
        answer.set([0x81, 0x80], 2);
        answer.set([0, 1], 6);
        socket.send(answer, port, ip);
      },
    },
  });
  const look = lookForPeers([HOST], systemClock, { ip: "127.0.0.1", port: server.port });
  expect(await look()).toEqual(["172.17.0.2"]);
  server.close();
  expect(await look()).toEqual(["172.17.0.2"]);
  expect(await look()).toEqual(["172.17.0.2"]);
});

test("a peer that nobody has told of is nowhere", async () => {
  const { port } = await closedPort();
  expect(await lookForPeers([HOST], systemClock, { ip: "127.0.0.1", port })()).toEqual([]);
});

async function closedPort(): Promise<{ readonly port: number }> {
  const socket = await Bun.udpSocket({ hostname: "127.0.0.1" });
  const { port } = socket;
  socket.close();
  return { port };
}
