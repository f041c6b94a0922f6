// What a form of `docker inspect --format` shows of a container, an image or a volume: parts that
// are known, or perhaps all, and so what it was given: keys, passwords. Templates of Go, read as
// words. Pure.

/**
 * Of docker/docker api/types/container, image and volume: none of them holds the environment, what
 * a driver was told, or a command line.
 */
const OF_HOST =
  "(?:AutoRemove|Binds|Blkio\\w*|Cap(?:Add|Drop)|Cpu\\w*|(?:Ipc|Network|Pid)Mode|Memory\\w*" +
  "|NanoCpus|Oom\\w*|PidsLimit|PortBindings|Privileged|ReadonlyRootfs|RestartPolicy|ShmSize|Tmpfs" +
  "|Ulimits)";
const OF_CONFIG = "(?:Image|Hostname|Labels|ExposedPorts|Volumes|User|StopSignal|WorkingDir)";
const PARTS = new RegExp(
  "^\\.(?:State|Name|Id|Created|RestartCount|Image|Platform|Driver|LogPath|Mounts|NetworkSettings" +
    "|GraphDriver|SizeRw|SizeRootFs|ResolvConfPath|HostnamePath|HostsPath" +
    "|Architecture|Os|RepoDigests|RepoTags|RootFS|Size|CreatedAt|Labels|Mountpoint|Scope" +
    `|HostConfig\\.${OF_HOST}|Config\\.${OF_CONFIG})\\b`,
);

const TEXT = /"(?:[^"\\]|\\.)*"|`[^`]*`/g;
/** Of what is in brackets. */
const FIELD = /\)(?:\.\w+)+/g;
const PATH = /^(?:\$\w+)?(?:\.\w*)*$/;
/** Those that show no more than they are given. */
const FUNCTIONS = new RegExp(
  "^(?:json|index|len|join|split|print(?:ln|f)?|lower|upper|title|truncate" +
    "|eq|ne|lt|le|gt|ge|and|or|not)$",
);

/**
 * Whether it shows known parts alone. One that is not understood may show anything, and one
 * without a step is none.
 */
export function showsParts(form: string): boolean {
  // For each block that is open whether its dot is a part already.
  const blocks: boolean[] = [];
  const [, ...rest] = form.split("{{");
  return (
    rest.length > 0 &&
    rest.every((text) => {
      const end = text.indexOf("}}");
      return end !== -1 && isOfParts(text.slice(0, end).replace(/^-|-$/g, ""), blocks);
    })
  );
}

function isOfParts(step: string, blocks: boolean[]): boolean {
  const words = step
    .replace(TEXT, " ")
    .replace(FIELD, ")")
    .split(/[\s(),|]+|:=/);
  const tokens = words.filter((word) => word !== "");
  const [first = ""] = tokens;
  const isWithin = blocks.at(-1) ?? false;
  if (first === "end") return blocks.pop() !== undefined && tokens.length === 1;
  const opens = /^(?:if|range|with)$/.test(first);
  const rest = opens || first === "else" ? tokens.slice(1) : tokens;
  if (first === "else") {
    // There the dot is what it was outside.
    blocks.pop();
    blocks.push(blocks.at(-1) ?? false);
    return rest.length === 0;
  }
  if (opens) blocks.push(first === "if" ? isWithin : true);
  // `{{json}}` shows all.
  const isNothing = rest.length > 0 && rest.every((token) => FUNCTIONS.test(token));
  return !isNothing && rest.every((token) => isPart(token, isWithin));
}

/** Variables are those of a range, which goes over parts. */
function isPart(token: string, isWithin: boolean): boolean {
  if (/^-?\d+$/.test(token) || FUNCTIONS.test(token)) return true;
  if (!PATH.test(token)) return false;
  return /^\$\w/.test(token) || (token.startsWith(".") && (isWithin || PARTS.test(token)));
}
