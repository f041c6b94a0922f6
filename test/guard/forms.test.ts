// What runs outside any sandbox is read once more, from left to right, as its program reads it.
import { expect, test } from "bun:test";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { type Grammar, isInForm } from "../../src/agent/guard/grammar.ts";
import { isRefused } from "../../src/domain/effect.ts";
import { NEEDED_LOOKS, NEEDED_REPAIRS } from "./needed.ts";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const UNHELD = { ...KNOWLEDGE, isUnheld: true };
const CONTAINERS = { ...KNOWLEDGE, project: "operator-tikv-1a", readHosts: ["10.0.0.5:2379"] };

const GRAMMAR: Grammar = {
  options: { values: { "-p --project": /^\w+$/ } },
  verbs: {
    stop: {
      options: { letters: "aq", flags: ["--all"], values: { "-t --time": /^\d+$/ } },
      operands: [/^\w+$/],
      min: 1,
      max: 3,
    },
    "show one": { operands: [/^a$/, /^b$/] },
    run: { options: { letters: "i" }, operands: [/^\w+$/], runsAfter: 1 },
  },
  groups: { group: { verbs: { stop: { operands: [/^\w+$/] } } } },
};

const IN_FORM = [
  "stop a",
  "-p x stop a b c",
  "--project=x stop a",
  "stop -t 5 a",
  "stop -t5 a -q",
  "stop -aqt5 a",
  "stop --time=5 --all a",
  "show one a b",
  "show one",
  "run -i a rm -rf -- x",
  "group stop a",
];

const IN_NONE = [
  "",
  "a",
  "stop",
  "stop a b c d",
  "stop -p x a",
  "stop -t 5 -t 6 a",
  "stop -t5 a --time 6",
  "stop -qq a",
  "stop --all --all a",
  "stop -t a",
  "stop a -t",
  "stop -t=5 a",
  "stop --tim=5 a",
  "stop --all=true a",
  "stop -x a",
  "stop -- a",
  "stop a/b",
  "show one b",
  "show one a b c",
  "show",
  "run",
  "run -x a",
  "run a/b c",
  "group stop -a a",
  "toString",
];

for (const line of IN_FORM) {
  test(`in a form: ${JSON.stringify(line)}`, () => {
    expect(isInForm(GRAMMAR, line.split(" "))).toBe(true);
  });
}

for (const line of IN_NONE) {
  test(`in none: ${JSON.stringify(line)}`, () => {
    expect(isInForm(GRAMMAR, line === "" ? [] : line.split(" "))).toBe(false);
  });
}

test("an option that may stand anywhere counts once, and one that may come again each time", () => {
  const options = { values: { "-u": /^\w+$/, "-o": /^\w+$/ }, repeated: ["-o"] };
  const verbs = { "": { operands: [/^\w+$/], max: 5 } };
  const isIn = (line: string, more = {}) => isInForm({ options, verbs, ...more }, line.split(" "));
  expect(isIn("a -u x b -o y -o z c", { arePermuted: true })).toBe(true);
  expect(isIn("a -u x b -u y", { arePermuted: true })).toBe(false);
  expect(isIn("-u x a b")).toBe(true);
  expect(isIn("a -u x")).toBe(false);
  expect(isIn("-u x a", { areLeading: true })).toBe(true);
});

const REFUSED = [
  "docker stop -t5 update -t5 other -t5 operator-tikv-1a-tikv1-1",
  "docker stop --time=5 --time=6 operator-tikv-1a-tikv1-1",
  "docker --debug ps",
  "docker logs --tail 5 --tail 9 operator-tikv-1a-tikv1-1",
  "docker compose -p operator-tikv-1a start --wait tikv1",
  "docker compose -p operator-tikv-1a -p operator-tikv-1a ps",
  "pd-ctl -u 127.0.0.1:2379 store -u 127.0.0.1:2379",
  "pd-ctl store -d",
  "journalctl -u tikv1 -u tikv2",
  "journalctl --merge",
  "systemctl status tikv1 --show-transaction",
  "etcdctl --endpoints 127.0.0.1:2379 --cluster version defrag",
  // The client cleans such a path before it asks.
  "docker network connect operator-tikv-1a_x/../foreign operator-tikv-1a-tikv1-1",
  "docker network disconnect operator-tikv-1a_x/../foreign operator-tikv-1a-tikv1-1",
  "docker network inspect x/../../containers/foreign/json",
  "docker network inspect x/json",
  "docker volume inspect -f '{{.Name}}' x/../../containers/foreign/json",
  "docker inspect -f '{{.Name}}' x/../../networks/bridge",
  "docker image inspect -f '{{.Id}}' x/../../containers/foreign",
  "docker logs x/../foreign",
  "pd-ctl scheduler config x/../../../../debug/pprof/profile",
  "pd-ctl scheduler config x/%2e%2e/%2e%2e/version",
  "docker ps -a --no-trunc",
  "docker events --since 24h --until 1s",
  "docker events --since 24h --until 1s --filter event=exec_create",
  "docker events --filter event=die --format '{{json .}}'",
  "docker compose -p operator-tikv-1a events --json",
  "podman ps -a --format json",
  "redis-cli acl list",
];

for (const command of REFUSED) {
  test(`${command} is refused, held or not`, () => {
    for (const knowledge of [CONTAINERS, { ...CONTAINERS, isUnheld: true }]) {
      expect(isRefused(classifyCommand(command, knowledge))).toBe(true);
    }
  });
}

test("what a sandbox holds of curl and ping is judged on its way", () => {
  const held = ["curl -s -s http://127.0.0.1:2379/health", "ping -c 1 -c 1 127.0.0.1"];
  for (const command of held) {
    expect([worstOf(command), worstOf(command, UNHELD)]).toEqual(["read", "hidden"]);
  }
});

const REFUSED_UNHELD = [
  "cat /run/containers/0/auth.json",
  "cat /etc/rancher/k3s/k3s.yaml",
  "cat /opt/app/.env.production",
  "cat /etc/redis/users.acl",
  "head -5 /var/spool/cron/crontabs/root",
  "cat /etc/ipsec.secrets",
  "strings /var/lib/systemd/coredump/core.bun.1000.x",
  "cat /srv/app/Secrets.yml",
  "cat /srv/app/passwords.txt",
  "cat /mnt/backup/etc/shadow",
  "sort -S 60M /var/log/syslog",
  "grep -d recurse x /srv/shop",
  "grep --der x /opt",
  "zgrep --directories=recurse x /srv",
  "ping -i 0 -s 60000 127.0.0.1",
];

for (const command of REFUSED_UNHELD) {
  test(`${command} is refused where nothing holds it`, () => {
    expect(isRefused(classifyCommand(command, UNHELD))).toBe(true);
  });
}

const WALLED = /^(?:docker|docker-compose|systemctl|journalctl|pd-ctl|curl) [^|;&$"'(]+$/;
const NEEDED = [...NEEDED_LOOKS, ...NEEDED_REPAIRS].filter(
  (command) => WALLED.test(command) && !/ exec /.test(command),
);

test("an option that nobody knows is refused, wherever it stands in what is needed", () => {
  expect(NEEDED.length).toBeGreaterThan(40);
  const passed = NEEDED.flatMap((command) => {
    const words = command.split(" ");
    return words.flatMap((_, index) => {
      const line = words.toSpliced(index + 1, 0, "--zz=1").join(" ");
      return isRefused(classifyCommand(line, UNHELD)) ? [] : [line];
    });
  });
  expect(passed).toEqual([]);
});
