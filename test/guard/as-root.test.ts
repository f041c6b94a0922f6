// A program's home and engine are the subject's only where they are known to be the same: behind
// sudo they are root's own, and DOCKER_HOST may name another than the subject was brought up on.
import { expect, test } from "bun:test";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const PROJECT = "operator-tikv-1a";
const DEFAULT_ENGINE = "unix:///var/run/docker.sock";

const OPERATOR_CHANGES = [
  "sudo operator subject start tikv tikv1",
  "sudo -n timeout 60 operator subject up tikv",
  "sudo operator subject stop tikv tikv2",
  "sudo -E timeout 60 operator subject restart tikv tikv2",
  "doas operator subject resume tikv tikv1",
];

for (const command of OPERATOR_CHANGES) {
  test(`${command} is of root's own home`, () => {
    expect(worstOf(command)).toBe("hidden");
    expect(worstOf(command.replace(/^(?:sudo(?: -[nE])?|doas) /, ""))).not.toBe("hidden");
    const variables = { HOME: "/root", OPERATOR_HOME: "/root/.operator" };
    expect(worstOf(command, { ...KNOWLEDGE, variables })).not.toBe("hidden");
  });
}

const ON_ENGINE = {
  ...{ ...KNOWLEDGE, project: PROJECT, engine: DEFAULT_ENGINE },
  variables: { ...KNOWLEDGE.variables, DOCKER_HOST: DEFAULT_ENGINE },
};

const ENGINE_CHANGES = [
  `sudo docker start ${PROJECT}-tikv1-1`,
  `sudo -n docker stop ${PROJECT}-tikv1-1`,
  `sudo sh -c 'docker-compose -p ${PROJECT} start tikv1'`,
  `doas docker exec ${PROJECT}-pd1-1 /pd-ctl scheduler add balance-leader-scheduler`,
];

for (const command of ENGINE_CHANGES) {
  test(`${command} is of the engine that root's own context names`, () => {
    const on = (rootsEngine: string | undefined, engine = DEFAULT_ENGINE) =>
      worstOf(command, {
        ...{ ...ON_ENGINE, engine, rootsEngine },
        variables: { ...KNOWLEDGE.variables, DOCKER_HOST: engine },
      });
    expect(on(DEFAULT_ENGINE)).not.toBe("hidden");
    expect(on(undefined)).toBe("hidden");
    expect(on(DEFAULT_ENGINE, "unix:///run/user/1000/docker.sock")).toBe("hidden");
    expect(worstOf(command.replace(/^(?:sudo(?: -n)?|doas) /, ""), ON_ENGINE)).not.toBe("hidden");
  });
}

test("what docker does and shows is on the engine that the subject is on", () => {
  const container = `${PROJECT}-tikv1-1`;
  const uses = [`stop ${container}`, `start ${container}`, `exec ${container} uptime`, "ps"];
  const on = (variables: Readonly<Record<string, string>>) =>
    uses.map((use) => worstOf(`docker ${use}`, { ...ON_ENGINE, variables }));
  const here = { ...KNOWLEDGE.variables, DOCKER_HOST: DEFAULT_ENGINE };
  expect(on(here)).toEqual(["interrupt", "start", "read", "read"]);
  const elsewhere = { ...here, DOCKER_HOST: "tcp://127.0.0.1:2375" };
  expect(on(elsewhere)).toEqual(uses.map(() => "foreign"));
  // Where none is named, a context may name one.
  expect(on(KNOWLEDGE.variables)).toEqual(uses.map(() => "foreign"));
});

test("a look tells what it sees, whosever it is", () => {
  expect(worstOf("sudo operator subject status tikv")).toBe("read");
  expect(worstOf("sudo docker ps")).toBe("read");
  const unheld = { ...ON_ENGINE, isUnheld: true };
  expect(worstOf("sudo docker ps", unheld)).toBe("hidden");
  expect(worstOf("sudo docker ps", { ...unheld, rootsEngine: DEFAULT_ENGINE })).toBe("read");
});
