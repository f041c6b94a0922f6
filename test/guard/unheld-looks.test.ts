// What may be looked at where no sandbox holds a look: files that are written out, logs, and what
// names nobody's keys.
import { expect, test } from "bun:test";
import { KNOWLEDGE, worstOf } from "./worst-effect.ts";

const UNHELD = { ...KNOWLEDGE, isUnheld: true };

/** Without a sandbox. */
const OPEN: readonly string[] = [
  ...["grep -r x /srv", "grep -R x /opt/app", "grep --recursive x .", "diff -r /srv/a /srv/b"],
  ...["find /opt -type f -exec cat {} +", "grep -r x /var/lib", "grep -r x /var/log /srv"],
  ...["cat /var/run/../etc/passwd", "cat < /var/run/../etc/hosts", "tail /a/b/../c"],
  ...[
    "cat /var/lib/docker/containers/0a/config.v2.json",
    "cat /etc/passwd-",
    "cat /etc/wireguard/w",
  ],
  ...["cat /srv/app/.en?", "cat /srv/*/id_rs?", "cat /opt/*/*", "tail /srv/app/tok*"],
  ...["cat /var/run/./../etc/passwd", "cat /var/run/.//../etc/hosts", "tail /a./../c"],
  ...["grep /etc/*", "grep -v /srv/s*", "jq /opt/*"],
  ...["cat /etc/krb5.keytab", "cat /var/backups/shadow.bak", "cat /etc/security/opasswd"],
  ...["cat /proc/sys/net/ipv4/tcp_fastopen_key", "tail < /proc/sys/net/ipv6/conf/lo/stable_secret"],
];
const WRITTEN_OUT: readonly string[] = [
  ...["grep -rn x /var/log", "grep -r x /home/op/.operator/logs", "diff /srv/a /srv/b"],
  ...["tail -n 5 /var/log/*.log", "cat /proc/*/status", "grep x /srv/a/b"],
];

test("without a sandbox files are written out", () => {
  expect(OPEN.filter((line) => worstOf(line, UNHELD) !== "foreign")).toEqual([]);
  expect(WRITTEN_OUT.filter((line) => worstOf(line, UNHELD) !== "read")).toEqual([]);
});

test("a pattern may be the way back, where no sandbox holds it", () => {
  const lines = ["cat /sys/.?/etc/hosts", "grep -r . /var/log/.*", 'cat /sys/"."?/etc/hosts'];
  expect(lines.map((line) => worstOf(line, UNHELD))).toEqual(["hidden", "hidden", "hidden"]);
  expect(worstOf("docker exec tikv1 sh -c 'cat /sys/.?/p?oc/1/status'")).toBe("hidden");
  expect(worstOf("grep 'a/.*b' /var/log/*.log", UNHELD)).toBe("read");
});

test("without a sandbox a file without a name is for a person, too", () => {
  expect(["mktemp", "mktemp -d"].map((line) => worstOf(line, UNHELD))).toEqual([
    ...(["unknown", "unknown"] as const),
  ]);
  expect(worstOf("mktemp -d")).toBe("write");
});

test("a tree of what a file lists tells the file", () => {
  const lines = ["tree --fromfile /etc/x", "tree --info /srv", "tree -L 2 -a /var/log"];
  expect(lines.map((line) => worstOf(line))).toEqual(["hidden", "hidden", "read"]);
});
