// Programs whose effect cannot be read from the words: they run code of their own language, reach
// another machine, outlive the agent, or give names another meaning. Refused in every mode.
import { alwaysIs, type Classifier } from "./scope.ts";

const INTERPRETERS = [
  ...["python", "pypy", "perl", "ruby", "node", "nodejs", "bun", "bunx", "deno", "npm", "npx"],
  ...["php", "lua", "luajit", "tclsh", "wish", "expect", "Rscript", "julia", "groovy", "java"],
  ...["jshell", "scala", "kotlin", "runghc", "ghci", "osascript", "pwsh", "powershell", "guile"],
  ...["sqlite", "mysql", "mariadb", "psql", "mongo", "mongosh", "clickhouse-client"],
  ...["ed", "ex", "vi", "vim", "nvim", "emacs", "nano", "gdb", "lldb", "m4", "dc", "make", "cmake"],
  ...["gcc", "cc", "clang", "go", "cargo", "rustc", "git", "fish", "csh", "tcsh", "rbash", "yash"],
  // To zsh `path=/tmp` is PATH.
  ...["zsh", "ksh", "mksh"],
  ...["man", "pip", "apt", "apt-get", "yum", "dnf", "apk", "brew", "ansible"],
];

const REMOTE = [
  ...["ssh", "mosh", "telnet", "ftp", "lftp", "socat", "openssl", "wget"],
  ...["http", "https", "xh", "httpie", "grpcurl", "aria2c", "lynx", "w3m", "nmap"],
  // They see others' traffic, and run programs; or they make load without end.
  ...["tcpdump", "tshark", "ngrep", "perf", "bpftrace", "fio", "stress", "stress-ng", "hping3"],
  ...["redis-benchmark", "wrk", "ab", "iperf3"],
];

const OUTLIVING = [
  ...["setsid", "daemonize", "disown", "screen", "tmux", "at", "batch", "crontab", "systemd-run"],
  ...[
    "start-stop-daemon",
    "supervisorctl",
    "rc-service",
    "initctl",
    "sv",
    "svc",
    "s6-svc",
    "monit",
  ],
  ...["pm2", "launchctl", "redis-server", "redis-sentinel", "tikv-server", "pd-server"],
];

/** Wrappers whose options are not followed here. */
const RUNNING = [
  ...["su", "runuser", "pkexec", "chroot", "unshare", "nsenter", "bwrap", "firejail", "capsh"],
  ...["flock", "parallel", "script", "strace", "ltrace", "valgrind", "setarch", "taskset", "chrt"],
  ...["prlimit", "unbuffer", "run-parts", "entr", "inotifywait", "xvfb-run", "setpriv", "newgrp"],
  ...["systemd-cat", "systemd-inhibit", "systemd-socket-activate", "systemd-nspawn"],
];

const MANAGERS = ["kubectl", "helm", "tiup", "nerdctl", "crictl", "ctr", "terraform"];

const RENAMING = ["alias", "unalias", "hash", "enable", "complete", "bind", "fc"];

export const HIDDEN_TOOLS: Readonly<Record<string, Classifier>> = {
  ...allAre(INTERPRETERS, "what its code or its settings do cannot be read"),
  ...allAre(REMOTE, "what it sends or runs elsewhere cannot be read; use curl"),
  ...allAre(OUTLIVING, "it would outlive the agent"),
  ...allAre(RUNNING, "what it runs is not followed"),
  ...allAre(MANAGERS, "what it does to members or their data is not followed"),
  ...allAre(RENAMING, "it gives a name another meaning"),
  ...allAre([".", "source"], "a script that is not shown"),
};

function allAre(names: readonly string[], because: string): Readonly<Record<string, Classifier>> {
  return Object.fromEntries(names.map((name) => [name, alwaysIs("hidden", because)]));
}
