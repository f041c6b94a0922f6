import { expect, test } from "bun:test";
import { siteOf } from "../../../subjects/ratelimiter/observe/site.ts";

const DECLARED = { isStandIn: false, settings: { token: "secret" } };
const TOPOLOGY = { subject: "ratelimiter", timeScale: 1, endpoints: [] };

test("members are called at their hosts, on loopback where none is declared", () => {
  const site = siteOf({
    ...TOPOLOGY,
    members: [
      { ...DECLARED, name: "redis", role: "redis", host: "redis", ports: { client: 6379 } },
      { ...DECLARED, name: "node1", role: "limiter", ports: { api: 1, manage: 2 } },
      { ...DECLARED, name: "node2", role: "limiter", host: "node2", ports: { api: 1, manage: 2 } },
      { ...DECLARED, name: "jobs", role: "jobs", host: "jobs", ports: { control: 3 } },
    ],
  });
  expect(site).toMatchObject({
    redis: { url: "redis://redis:6379", address: "redis:6379" },
    nodes: [
      { apiUrl: "http://127.0.0.1:1", manageUrl: "http://127.0.0.1:2" },
      { apiUrl: "http://node2:1", manageUrl: "http://node2:2" },
    ],
    jobs: { url: "http://jobs:3" },
    proxy: null,
    token: "secret",
  });
});
