// Behind sudo a program is root's own: its home and its engine are the subject's only where both
// are known to be the same.
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

const ENGINE_CHANGES = [
  `sudo docker start ${PROJECT}-tikv1-1`,
  `sudo -n docker stop ${PROJECT}-tikv1-1`,
  `sudo sh -c 'docker-compose -p ${PROJECT} start tikv1'`,
  `doas docker exec ${PROJECT}-pd1-1 /pd-ctl scheduler add balance-leader-scheduler`,
];

for (const command of ENGINE_CHANGES) {
  test(`${command} is of the engine at the default socket`, () => {
    const on = (engine: string | undefined) =>
      worstOf(command, { ...KNOWLEDGE, project: PROJECT, engine });
    expect(on(DEFAULT_ENGINE)).not.toBe("hidden");
    expect(on("unix:///run/docker.sock")).not.toBe("hidden");
    expect(on("unix:///run/user/1000/docker.sock")).toBe("hidden");
    expect(on("tcp://127.0.0.1:2375")).toBe("hidden");
    expect(on(undefined)).toBe("hidden");
  });
}

test("a look tells what it sees, whosever it is", () => {
  expect(worstOf("sudo operator subject status tikv")).toBe("read");
  expect(worstOf("sudo docker ps")).toBe("read");
});
