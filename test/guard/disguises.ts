// Ways to write a command so that its name does not stand where a reader looks for it. Each gives
// another command line that does the same in sh or bash, or tries to.

export type Disguise = (command: string) => string;

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function backticked(command: string): string {
  return `\`${command.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** `rm -rf x` without its first word. */
function argsOf(command: string): string {
  return command.replace(/^\S+\s*/, "");
}

function nameOf(command: string): string {
  return /^\S+/.exec(command)?.[0] ?? "";
}

/** The name with something done to it, the rest as it is. */
function renamed(change: (name: string) => string): Disguise {
  return (command) => `${change(nameOf(command))} ${argsOf(command)}`;
}

const CODE: readonly Disguise[] = [
  ...["sh", "bash", "dash", "/bin/sh", "zsh", "ksh", "env sh", "busybox sh", "sudo sh"].map(
    (shell): Disguise =>
      (command) =>
        `${shell} -c ${quoted(command)}`,
  ),
  (command) => `sh -ec ${quoted(command)} x y`,
  (command) => `bash -lc ${quoted(command)}`,
  (command) => `eval ${quoted(command)}`,
  (command) => `eval "$(echo ${quoted(command)})"`,
  (command) => `eval "$(printf %s ${base64(command)} | base64 -d)"`,
  (command) => `echo ${base64(command)} | base64 -d | sh`,
  (command) => `base64 -d <<< ${base64(command)} | bash`,
  (command) => `printf '%s\\n' ${quoted(command)} | sh`,
  (command) => `echo ${quoted(command)} | tee /tmp/x | bash -s`,
  (command) => `sh <<E\n${command}\nE`,
  (command) => `bash <<'E'\n${command}\nE`,
  (command) => `sh <<< ${quoted(command)}`,
  (command) => `cat <<E | sh\n${command}\nE`,
  (command) => `source <(echo ${quoted(command)})`,
  (command) => `. /dev/stdin <<E\n${command}\nE`,
  (command) => `bash <(printf %s ${quoted(command)})`,
  (command) => `echo ${quoted(command)} > /tmp/x.sh; sh /tmp/x.sh`,
  (command) => `echo ${quoted(command)} > /tmp/x; chmod +x /tmp/x; /tmp/x`,
  (command) => `echo ${quoted(command)} > /tmp/x; . /tmp/x`,
  (command) => `trap ${quoted(command)} EXIT`,
  (command) => `env -S ${quoted(command)}`,
  (command) => `BASH_ENV=/tmp/x bash -c ls; echo ${quoted(command)} > /tmp/x`,
  (command) => `X=${quoted(command)} sh -c '$X'`,
  (command) => `X=${quoted(command)}; $X`,
  (command) => `X=${quoted(command)}; eval "$X"`,
  (command) => `read -r X <<E\n${command}\nE\n$X`,
  (command) => `set -- ${command}; "$@"`,
  (command) => `perl -e ${quoted(`system(q(${command}))`)}`,
  (command) => `python3 -c ${quoted(`import os; os.system("""${command}""")`)}`,
  (command) => `ruby -e ${quoted(`system(%q(${command}))`)}`,
  (command) => `node -e ${quoted(`require("child_process").execSync(${JSON.stringify(command)})`)}`,
  (command) => `bun -e ${quoted(`Bun.$\`${command}\``)}`,
  (command) => `lua -e ${quoted(`os.execute([[${command}]])`)}`,
  (command) => `php -r ${quoted(`system("${command}");`)}`,
  (command) => `awk ${quoted(`BEGIN { system("${command.replaceAll('"', '\\"')}") }`)}`,
  (command) => `echo x | awk ${quoted(`{ print "${command}" | "sh" }`)}`,
  (command) => `sed ${quoted(`1e ${command}`)} /etc/hosts`,
  (command) => `echo x | sed ${quoted(`s/x/${command.replaceAll("/", "\\/")}/e`)}`,
  (command) => `find /tmp -maxdepth 0 -exec sh -c ${quoted(command)} \\;`,
  (command) => `find /tmp -maxdepth 0 -exec ${command} \\;`,
  (command) => `tar -cf /dev/null /tmp --checkpoint=1 --checkpoint-action=exec=${quoted(command)}`,
  (command) => `git -c alias.x=${quoted(`!${command}`)} x`,
  (command) => `vim -es -c ${quoted(`!${command}`)} -c q`,
  (command) => `script -c ${quoted(command)} /dev/null`,
  (command) => `su -c ${quoted(command)}`,
  (command) => `ssh localhost ${quoted(command)}`,
  (command) => `watch -n 1 ${quoted(command)}`,
  (command) => `parallel ::: ${quoted(command)}`,
  (command) => `echo ${quoted(command)} | at now`,
  (command) => `(crontab -l; echo ${quoted(`* * * * * ${command}`)}) | crontab -`,
  (command) => `echo ${quoted(command)} | xargs -I{} sh -c {}`,
  (command) => `xargs -a /dev/null sh -c ${quoted(command)}`,
  (command) => `docker exec tikv2 sh -c ${quoted(command)}`,
  (command) => `nsenter -t 1 -m sh -c ${quoted(command)}`,
  (command) => `make -f /dev/stdin <<E\nx:\n\t${command}\nE`,
  (command) => `gdb -batch -ex ${quoted(`shell ${command}`)}`,
  (command) => `m4 <<E\nsyscmd(${command})\nE`,
  (command) => `flock /tmp/l -c ${quoted(command)}`,
  (command) => `expect -c ${quoted(`spawn ${command}`)}`,
  (command) => `rev <<< ${quoted([...command].reverse().join(""))} | sh`,
  (command) => `echo ${quoted(command.replace(/[a-z]/g, rot13))} | tr a-z n-za-m | sh`,
  (command) => `PS4='$( ${command})' sh -xc ls`,
  (command) => `PROMPT_COMMAND=${quoted(command)} bash -i`,
  (command) => `PAGER=${quoted(`sh -c ${quoted(command)}`)} man ls`,
];

const WRAPPED: readonly Disguise[] = [
  ...[
    ...[
      "sudo",
      "sudo -n -u root",
      "doas",
      "nohup",
      "nice -n 5",
      "env",
      "env -i",
      "env A=b",
      "time",
    ],
    ...["timeout 5", "timeout -k 1 -s KILL 9", "command", "command -p", "exec", "exec -a ls"],
    ...["builtin", "stdbuf -oL", "setsid", "ionice -c 3", "chroot /", "unshare -n", "taskset 1"],
    ...["strace -f", "busybox", "toybox", "chronic", "xargs", "echo x | xargs", "xargs -r -n 1"],
    ...[
      "!",
      "LC_ALL=C",
      "A=b",
      "PATH=/tmp:$PATH",
      "LD_PRELOAD=/tmp/x.so",
      "coproc",
      "flock /tmp/l",
    ],
    ...["sudo -- env timeout 9", "nohup nice", "setarch x86_64", "runuser -u op --", "unbuffer"],
    ...["systemd-run", "start-stop-daemon --start --exec", "prlimit --nofile=9", "docker exec pd1"],
  ].map(
    (wrapper): Disguise =>
      (command) =>
        `${wrapper} ${command}`,
  ),
];

const PLACED: readonly Disguise[] = [
  (command) => `ls; ${command}`,
  (command) => `true && ${command}`,
  (command) => `false || ${command}`,
  (command) => `ls | ${command}`,
  (command) => `${command} | cat`,
  (command) => `${command} &`,
  (command) => `${command} >/dev/null 2>&1`,
  (command) => `(${command})`,
  (command) => `( cd /tmp && ${command} )`,
  (command) => `{ ${command}; }`,
  (command) => `ls #\n${command}`,
  (command) => `ls \\\n; ${command}`,
  (command) => `echo "$( ${command})"`,
  (command) => `echo ${backticked(command)}`,
  (command) => `: "\${X:-$( ${command})}"`,
  (command) => `: \${X:=$( ${command})}`,
  (command) => `X=$( ${command})`,
  (command) => `export X="$( ${command})"`,
  (command) => `[ -n "$( ${command})" ]`,
  (command) => `test -f ${backticked(command)}`,
  (command) => `echo $(( $( ${command}) ))`,
  (command) => `cat <<E\n$( ${command})\nE`,
  (command) => `cat < <( ${command})`,
  (command) => `ls > >( ${command})`,
  (command) => `cat <<< "$( ${command})"`,
  (command) => `if ${command}; then :; fi`,
  (command) => `if true; then ${command}; fi`,
  (command) => `while ${command}; do break; done`,
  (command) => `until ${command}; do break; done`,
  (command) => `for i in 1; do ${command}; done`,
  (command) => `for i in $( ${command}); do :; done`,
  (command) => `case x in *) ${command};; esac`,
  (command) => `case $( ${command}) in x) ;; esac`,
  (command) => `f() { ${command}; }; f`,
  (command) => `function f { ${command}; }; f`,
  (command) => `f() { ${command}; }; trap f EXIT`,
  (command) => `alias ls=${quoted(command)}\nls`,
  (command) => `[[ -n $( ${command}) ]]`,
  (command) => `((x = $( ${command})))`,
  (command) => `select x in a; do ${command}; done`,
  (command) => `echo "\${a[$( ${command})]}"`,
  (command) => `grep x /etc/hosts || { sleep 0; ${command}; }`,
  (command) => `ls /var/log; df -h; ${command}; uptime`,
];

const SPELLED: readonly Disguise[] = [
  renamed((name) => `\\${name}`),
  renamed((name) => `"${name}"`),
  renamed((name) => `'${name}'`),
  renamed((name) => `${name.slice(0, 1)}""${name.slice(1)}`),
  renamed((name) => `${name.slice(0, 1)}\\${name.slice(1)}`),
  renamed((name) => `${name.slice(0, 1)}\\\n${name.slice(1)}`),
  renamed((name) => `${name.slice(0, -1)}$EMPTY${name.slice(-1)}`),
  renamed((name) => `${name.slice(0, -1)}$@${name.slice(-1)}`),
  renamed((name) => `/bin/${name}`),
  renamed((name) => `/usr/bin/../bin/${name}`),
  renamed((name) => `/usr/bin/${name.slice(0, -1)}?`),
  renamed((name) => `/usr/bin/[${name.slice(0, 1)}]${name.slice(1)}`),
  renamed((name) => `/*/bin/${name}`),
  renamed((name) => `$'\\x${name.charCodeAt(0).toString(16)}${name.slice(1)}'`),
  renamed((name) => `$(printf '\\${name.charCodeAt(0).toString(8)}${name.slice(1)}')`),
  renamed((name) => `$(echo ${name})`),
  renamed((name) => `$(command -v ${name})`),
  renamed((name) => `\`which ${name}\``),
  renamed((name) => `\${X:-${name}}`),
  renamed((name) => `$"${name}"`),
  (command) => `X=${nameOf(command)}; $X ${argsOf(command)}`,
  (command) => `X=${nameOf(command)}; "\${X}" ${argsOf(command)}`,
  (command) =>
    `A=${nameOf(command).slice(0, 1)}; B=${nameOf(command).slice(1)}; $A$B ${argsOf(command)}`,
  (command) => `{${command.split(/\s+/).join(",")}}`,
  (command) => `IFS=,; X=${quoted(command.replaceAll(" ", ","))}; $X`,
  (command) => command.replaceAll(" ", "$IFS"),
  (command) => command.replaceAll(" ", "\t"),
  (command) => `echo ${quoted(argsOf(command))} | xargs ${nameOf(command)}`,
  (command) => `printf '%s\\0' ${argsOf(command)} | xargs -0 ${nameOf(command)}`,
  (command) => `echo ${nameOf(command)} | xargs -I{} {} ${argsOf(command)}`,
  (command) => `hash -p /usr/bin/${nameOf(command)} ls; ls ${argsOf(command)}`,
  (command) => `cp $(command -v ${nameOf(command)}) /tmp/ls; /tmp/ls ${argsOf(command)}`,
  (command) => `ln -s /bin/${nameOf(command)} /tmp/ls; /tmp/ls ${argsOf(command)}`,
  (command) => `for c in ${nameOf(command)}; do $c ${argsOf(command)}; done`,
];

function rot13(letter: string): string {
  return String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);
}

/** One of one line, whose name is the danger: what `echo` prints hurts nobody. */
function isPlain(command: string): boolean {
  return /^(?!echo|cat|true|printf|for|exec)[a-z][\w.-]* [^\n|<>;]*$/.test(command);
}

/** One of them, by chance. */
export type Chooser = <T>(list: readonly T[]) => T;

/** The name spelled in another way, perhaps, and up to three disguises around the command. */
export function disguise(command: string, choose: Chooser): string {
  const spelled = isPlain(command)
    ? choose([(plain: string) => plain, ...SPELLED])(command)
    : command;
  const layers = Array.from({ length: choose([0, 1, 1, 2, 3]) }, () => choose(AROUND));
  return layers.reduce((inner, around) => around(onOneLine(inner)), spelled);
}

export const AROUND: readonly Disguise[] = [...CODE, ...WRAPPED, ...PLACED];

/** What follows it on its line must not get into its heredoc. */
function onOneLine(command: string): string {
  return command.includes("\n") ? `sh -c ${quoted(command)}` : command;
}
