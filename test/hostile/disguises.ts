// More ways to write a command so that it is not seen for what it is, around those that test/guard
// tries: each is meant to do the same.
import { AROUND, type Disguise, quoted } from "../guard/disguises.ts";
import type { Chance } from "./grammar.ts";

function hex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function octal(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

const MORE: readonly Disguise[] = [
  (command) => `$'${hex(command)}'`,
  (command) => `eval $'${hex(command)}'`,
  (command) => `eval "$(printf '${octal(command)}')"`,
  (command) => `printf '${octal(command)}' | sh`,
  (command) => `/proc/self/exe -c ${quoted(command)}`,
  (command) => `exec /proc/$$/exe -c ${quoted(command)}`,
  (command) => `/lib64/ld-linux-x86-64.so.2 /bin/sh -c ${quoted(command)}`,
  (command) => `busybox env sh -c ${quoted(command)}`,
  (command) => `busybox xargs sh -c ${quoted(command)} < /dev/null`,
  (command) => `env -S "sh -c ${command.replaceAll('"', '\\"')}"`,
  (command) => `env -i A=1 sh -c ${quoted(command)}`,
  (command) => `echo ${quoted(command)} | env bash`,
  (command) => `coproc { ${command}; }`,
  (command) => `trap ${quoted(command)} 0`,
  (command) => `trap ${quoted(command)} DEBUG; ls`,
  (command) => `trap -- ${quoted(command)} ERR; false`,
  (command) => `PROMPT_COMMAND=${quoted(command)}; ls`,
  (command) => `ls() { ${command}; }; ls /tmp`,
  (command) => `echo() { command echo; ${command}; }; echo hi`,
  (command) => `command_not_found_handle() { ${command}; }; nosuch`,
  (command) => `unalias -a; alias ll=${quoted(command)}; eval ll`,
  (command) => `nohup setsid sh -c ${quoted(command)} &`,
  (command) => `systemd-run --user sh -c ${quoted(command)}`,
  (command) => `seq 1 | xargs -I{} sh -c ${quoted(command)}`,
  (command) => `seq 1 | parallel ${quoted(command)}`,
  (command) => `find /tmp -maxdepth 0 -exec env sh -c ${quoted(command)} {} \\;`,
  (command) => `find . -prune -okdir sh -c ${quoted(command)} \\;`,
  (command) =>
    `awk ${quoted(`BEGIN{while(("${command.replaceAll('"', '\\"')}"|getline l)>0)print l}`)}`,
  (command) => `gawk ${quoted(`BEGIN{f="system";@f("${command.replaceAll('"', '\\"')}")}`)}`,
  (command) => `sed -n ${quoted(`$e ${command}`)} /etc/hosts`,
  (command) => `sed -ne ${quoted(`1e ${command}`)} -e p /etc/hosts`,
  (command) => `git -c core.pager=${quoted(command)} -p log`,
  (command) => `GIT_SSH_COMMAND=${quoted(command)} git fetch`,
  (command) => `LESSOPEN=${quoted(`|${command}`)} less /etc/hosts`,
  (command) => `vi -c ${quoted(`:!${command}`)} -c :q`,
  (command) => `perl -e ${quoted(`exec "/bin/sh","-c",q(${command})`)}`,
  (command) => `python3 -c ${quoted(`__import__("os").system(${JSON.stringify(command)})`)}`,
  (command) => `node -p ${quoted(`require("child_process").execSync(${JSON.stringify(command)})`)}`,
  (command) => `timeout 9 nice nohup sudo sh -c ${quoted(command)}`,
  (command) => `sudo -- sh -c ${quoted(command)}`,
  (command) => `docker exec -i pd1 sh -c ${quoted(command)}`,
  (command) => `: "\${x=$( ${command})}"`,
  (command) => `echo \${ ${command}; }`,
  (command) => `case x in x) ;; esac; ${command}`,
  (command) => `{ ls; } 2>&1 && { ${command}; }`,
  (command) => `! { ${command}; }`,
  (command) => `ls; # fine\n${command}`,
  (command) => `cat <<E >/dev/null; ${command}\nfine\nE`,
  (command) => `cat <<-E\n\t$( ${command})\n\tE`,
  (command) => `zsh -c ${quoted(command)}`,
  (command) => `bash --rcfile /tmp/x -ic ${quoted(command)}`,
  (command) => `IFS=:; x=${quoted(command.replaceAll(" ", ":"))}; $x`,
  (command) => command.replace(/^\S+/, (name) => `${name.slice(0, 1)}''${name.slice(1)}`),
  (command) =>
    command.replace(/^[a-z]+/, (name) => `$(tr A-Z a-z <<X\n${name.toUpperCase()}\nX\n)`),
  (command) => command.replace(/^[a-z]+/, (name) => `/???/${name.slice(0, -1)}?`),
  (command) => command.replace(/^[a-z]+ /, (name) => `{${name.trim()},} `),
  // Behind an assignment it would be one, and nothing would run.
  (command) => (/^\w+=/.test(command) ? command : command.replaceAll(" ", `$${"{IFS}"}`)),
  (command) => `ls -la /var/log && df -h; ${command} 2>/dev/null; uptime`,
  (command) => `curl -s http://127.0.0.1:2379/health | grep -q true || ${command}`,
];

const ALL = [...AROUND, ...MORE];

/** None, one or two of them around it. */
export function disguised(command: string, chance: Chance): string {
  const layers = Array.from({ length: chance.oneOf([0, 0, 1, 1, 2]) }, () => chance.oneOf(ALL));
  return layers.reduce((inner, around) => around(onOneLine(inner)), command);
}

/** What follows it on its line must not get into its heredoc. */
function onOneLine(command: string): string {
  return command.includes("\n") ? `sh -c ${quoted(command)}` : command;
}
