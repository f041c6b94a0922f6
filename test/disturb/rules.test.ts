// The texts that disturbances are made of: rules of iptables, sockets of the kernel, orders.
import { expect, test } from "bun:test";
import { systemClock as clock } from "../../src/infra/clock.ts";
import {
  detourChains,
  lossChains,
  partitionChains,
  restoreText,
} from "../../src/runtimes/docker/disturb/chains.ts";
import { describeDisturbance } from "../../src/runtimes/docker/disturb/describe.ts";
import { runOrder } from "../../src/runtimes/docker/disturb/inside/run-order.ts";
import { parseOrder } from "../../src/runtimes/docker/disturb/order.ts";
import { openPorts, parseSockets } from "../../src/runtimes/docker/disturb/sockets.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 0B00007F:9185 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
   2: 020011AC:D2F4 030011AC:1F90 01 00000000:00000000 02:00000A1B 00000000     0        0 3
   3: 020011AC:D2F6 030011AC:1F90 06 00000000:00000000 03:00000A1B 00000000     0        0 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:4E84 00000000000000000000000000000000:0000 0A 0 0
   1: 0000000000000000FFFF0000020011AC:4E84 0000000000000000FFFF0000030011AC:8001 01 0 0
   2: 00000000000000000000000001000000:1234 00000000000000000000000000000000:0000 0A 0 0
`;

test("sockets are read with their addresses in dots, IPv4 through IPv6 as well", () => {
  expect(parseSockets(TCP).slice(2)).toEqual([
    {
      local: { ip: "172.17.0.2", port: 54_004 },
      remote: { ip: "172.17.0.3", port: 8080 },
      state: "established",
    },
    {
      local: { ip: "172.17.0.2", port: 54_006 },
      remote: { ip: "172.17.0.3", port: 8080 },
      state: "other",
    },
  ]);
  expect(parseSockets(TCP6)[1]).toEqual({
    local: { ip: "172.17.0.2", port: 20_100 },
    remote: { ip: "172.17.0.3", port: 32_769 },
    state: "established",
  });
});

test("ports are open that others can reach: not those of the loopback", () => {
  expect(openPorts([...parseSockets(TCP), ...parseSockets(TCP6)])).toEqual([
    { ip: "0.0.0.0", port: 8080 },
    { ip: "0.0.0.0", port: 20_100 },
  ]);
});

test("each chain holds exactly its rules afterwards, also none", () => {
  expect(restoreText(partitionChains("in", ["10.0.0.2"]))).toBe(`*filter
:OPERATOR_PARTITION_IN - [0:0]
:OPERATOR_PARTITION_OUT - [0:0]
-A OPERATOR_PARTITION_IN -s 10.0.0.2 -j DROP
COMMIT
`);
  expect(restoreText(lossChains(12.5, ["10.0.0.2"]))).toBe(`*filter
:OPERATOR_LOSS_IN - [0:0]
:OPERATOR_LOSS_OUT - [0:0]
-A OPERATOR_LOSS_IN -s 10.0.0.2 -m statistic --mode random --probability 0.125000 -j DROP
-A OPERATOR_LOSS_OUT -d 10.0.0.2 -m statistic --mode random --probability 0.125000 -j DROP
COMMIT
`);
});

test("ways around are rules of two tables, and leave alone what we send ourselves", () => {
  const text = restoreText(
    detourChains({
      outward: [{ peer: "10.0.0.2", to: 4001 }],
      inward: [{ peer: "10.0.0.2", port: 2379, to: 4002 }],
      broken: [{ peer: "10.0.0.2", peerPort: 6379, port: 50_000 }],
    }),
  );
  const reset = "! --tcp-flags RST RST -j REJECT --reject-with tcp-reset";
  expect(text).toBe(`*nat
:OPERATOR_DETOUR_OUT - [0:0]
:OPERATOR_DETOUR_IN - [0:0]
-A OPERATOR_DETOUR_OUT -m owner --gid-owner 20304 -j RETURN
-A OPERATOR_DETOUR_OUT -d 10.0.0.2 -p tcp -j REDIRECT --to-ports 4001
-A OPERATOR_DETOUR_IN -s 10.0.0.2 -p tcp --dport 2379 -j REDIRECT --to-ports 4002
COMMIT
*filter
:OPERATOR_RESET_OUT - [0:0]
:OPERATOR_RESET_IN - [0:0]
-A OPERATOR_RESET_OUT -d 10.0.0.2 -p tcp --sport 50000 --dport 6379 ${reset}
-A OPERATOR_RESET_IN -s 10.0.0.2 -p tcp --sport 6379 --dport 50000 ${reset}
COMMIT
`);
});

test("a disturbance is told in a few words", () => {
  const peers = ["redis", "node1"];
  const told = [
    describeDisturbance({ type: "latency", delayMs: 150, jitterMs: 20, peers }),
    describeDisturbance({ type: "latency", delayMs: 150, jitterMs: 0, peers }),
    describeDisturbance({ type: "loss", percent: 30, peers }),
    describeDisturbance({ type: "bandwidth", kbitPerSecond: 512 }),
    describeDisturbance({ type: "partition", direction: "both", peers }),
    describeDisturbance({ type: "partition", direction: "in", peers }),
    describeDisturbance({ type: "partition", direction: "out", peers }),
    describeDisturbance({ type: "disk", freeBytes: 64 * 1024 }),
  ];
  expect(told).toEqual([
    "latency 150 ms ± 20 to redis, node1",
    "latency 150 ms to redis, node1",
    "loss of 30 % to and from redis, node1",
    "bandwidth 512 kbit/s",
    "partition from redis, node1",
    "partition that lets nothing in from redis, node1",
    "partition that lets nothing out to redis, node1",
    "disk filled, 64 KiB left free",
  ]);
});

test("what is no order is refused in words", () => {
  expect(() => parseOrder("{")).toThrow('"{" is no order to disturb');
  expect(() => parseOrder('{"do":"lift","type":"cpu"}')).toThrow("is no order to disturb");
  expect(parseOrder('{"do":"lift","type":"loss"}')).toEqual({ do: "lift", type: "loss" });
});

test("an order is carried out in a helper container alone, never on the host", async () => {
  const { signal } = new AbortController();
  const world = { clock, random: () => 0, signal, say: () => undefined };
  const attempt = runOrder('{"do":"lift","type":"bandwidth"}', world);
  await expect(attempt).rejects.toThrow("orders to disturb are for helper containers alone");
});
