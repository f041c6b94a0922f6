// On a Redis with cluster-enabled, CLUSTER KEYSLOT is Redis's own word for where a key lies.
import { expect, test } from "bun:test";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { ALL_SCRIPTS } from "../../../subjects/ratelimiter/service/scripts.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis, withRedis } from "../../support/real-redis.ts";

withRedis("a real Redis with cluster-enabled", () => {
  test("a counter and its override lie in one cluster slot", async () => {
    await using redis = await startRedis({ "cluster-enabled": "yes" });
    for (const key of ["plain", "a{b}c", "{}", "ключ", "a:limit:b"]) {
      const slots = await Promise.all(
        [logKeyOf(key), limitKeyOf(key)].map((raw) => redis.call("CLUSTER", "KEYSLOT", raw)),
      );
      expect(slots[0]).toBe(slots[1] ?? "none");
    }
  });

  test("every script runs on a cluster, with the keys that it is given", async () => {
    await using redis = await startRedis({ "cluster-enabled": "yes" });
    await redis.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await eventually(
      async () => (await redis.call("CLUSTER", "INFO")).includes("cluster_state:ok"),
      "the cluster is up",
    );
    const keys = [logKeyOf("a{b}c"), limitKeyOf("a{b}c")];
    const answers: string[] = [];
    for (const { name, text } of ALL_SCRIPTS) {
      const args =
        name === "override" ? ["5", "1000", "", "60000", "test", "90000"] : ["3", "1000"];
      const given = name === "override" ? keys.slice(1) : keys;
      const cost = name === "check" ? ["1", "member"] : [];
      answers.push(
        await redis.call("EVAL", text, String(given.length), ...given, ...args, ...cost),
      );
    }
    expect(answers.filter((answer) => /error|CROSSSLOT|CLUSTERDOWN/i.test(answer))).toEqual([]);
  });
});
