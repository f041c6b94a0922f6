// Which settings of Redis the agent may ask for: none that is a password, in no form.
import { expect, test } from "bun:test";
import { areShownSettings, SHOWN_TOPICS } from "../../src/domain/redis-shown-settings.ts";
import { startRedis, withRedis } from "../support/real-redis.ts";
import { worstOf } from "./worst-effect.ts";

const PASSWORDS = [
  ...["requirepass", "masterauth", "masteruser", "primaryauth", "primaryuser"],
  ...["tls-key-file-pass", "tls-client-key-file-pass"],
];

const SHOWN = [
  ...["maxmemory", "maxmemory maxmemory-policy save", "'*memory*'", "'maxmemory*'", "MAXMEMORY"],
  ...["dir", "hz", "port", "tls-port", "'repl-*'", "timeout", "'append*' | sort", "tls-cert-file"],
  // For reading: what it says is redacted by the names in it.
  "'*'",
];

for (const names of SHOWN) {
  test(`config get ${names} is a look`, () => {
    expect(worstOf(`redis-cli -p 6380 config get ${names}`)).toBe("read");
  });
}

const WITHHELD = [
  ...PASSWORDS,
  ...[
    "'*' | rev",
    "'*' > /tmp/x",
    "'*' '*'",
    "'**'",
    "'tls*'",
    "'tls-key*'",
    "'m*'",
    "'r*'",
    "'*s'",
    "'*t*h'",
    "'[m]asterauth'",
    "'?*'",
  ],
  ...["maxmemory masterauth", "MasterAuth", "'[^x]*memory'", "'memory?'", "'\\*memory'", "''"],
  ...['"$x"', "$x", '"max$x"', "$(echo dir)", "max*"],
];

for (const names of WITHHELD) {
  test(`config get ${names} is withheld, in any form`, () => {
    for (const form of ["", " --csv", " --json", " --no-raw", " -r 2"]) {
      expect(["oversight", "hidden"]).toContain(
        worstOf(`redis-cli -p 6380${form} config get ${names}`) ?? "",
      );
    }
  });
}

test("no name of a password holds a word that may be asked for", () => {
  expect(PASSWORDS.filter((name) => areShownSettings([name]))).toEqual([]);
  expect(SHOWN_TOPICS.filter((topic) => !areShownSettings([topic, `*${topic}*`]))).toEqual([]);
});

withRedis("of a real Redis", () => {
  test("all is shown but passwords and the files of keys", async () => {
    await using redis = await startRedis();
    const settingsOf = async (pattern: string) => {
      const answer = await redis.call("CONFIG", "GET", pattern);
      return answer.split("\n").filter((_, index) => index % 2 === 0);
    };
    const all = (await settingsOf("*")).filter((name) => name !== "");
    expect(all.length).toBeGreaterThan(100);
    const withheld = all.filter((name) => !areShownSettings([name]));
    expect(withheld.filter((name) => !/pass|auth|user|aclfile|key-file/.test(name))).toEqual([]);
    const asked = await Promise.all(SHOWN_TOPICS.map((topic) => settingsOf(`*${topic}*`)));
    expect(asked.flat().filter((name) => PASSWORDS.includes(name))).toEqual([]);
  });
});
