// Variables that a command sets: harmless names, and those that change what other programs do.
import type { Assignment } from "unbash";
import type { Effect } from "../../domain/effect.ts";

/** Besides lower-case names, which programs do not read from their environment. */
const HARMLESS: ReadonlySet<string> = new Set(["COLUMNS", "LANG", "LC_ALL", "NO_COLOR", "TZ"]);

/** They decide what a name stands for, where settings are, or whom a request goes to. */
const STEERING = new RegExp(
  "^(PATH|HOME|ENV|IFS|SHELL|PAGER|EDITOR|VISUAL|LESSOPEN|CDPATH|PS4|PROMPT_COMMAND|TMPDIR)$" +
    "|^(LD|DYLD|XDG|CURL|NODE|BUN|JAVA|GIT|DOCKER|COMPOSE|SYSTEMD|SSH|OPERATOR|ANTHROPIC)_" +
    "|^(PD_ADDR$|PD_ENDPOINT|ETCDCTL_|CONTAINER_(HOST|CONNECTION|SSHKEY)$)" +
    "|^(BASH|SHELLOPTS|KUBECONFIG|TAR_OPTIONS|ZDOTDIR)" +
    "|^(GCONV|PERL|PYTHON|RUBY|REDISCLI|REDIS_URL$|RATELIMITER_URL$)" +
    "|^(https?|ftp|all|no)_proxy$|_PROXY$",
);

export function isSteering(name: string): boolean {
  return STEERING.test(name);
}

/** One that stands alone stays within the shell. */
export function classifyVariable({ name, text }: Assignment): readonly Effect[] {
  return isSteering(name) ? [{ kind: "hidden", targets: [], source: text }] : [];
}

/** `NAME=value command`: the command gets it. */
export function classifyAssignment({ name, text }: Assignment): readonly Effect[] {
  return classifyNamed(name, text);
}

/** For `env NAME=value command` and `export NAME=value`, which are plain words to the parser. */
export function classifyAssignedWord(text: string): readonly Effect[] {
  return classifyNamed(text.split("=", 1)[0] ?? "", text);
}

function classifyNamed(name: string, source: string): readonly Effect[] {
  if (isSteering(name)) return [{ kind: "hidden", targets: [], source }];
  const isHarmless = HARMLESS.has(name) || /^[a-z_][a-z0-9_]*$/.test(name);
  return isHarmless ? [] : [{ kind: "unknown", targets: [], source }];
}
