// What the verbs of docker and compose do. Data alone; container-tools.ts says to whom.
import { type VerbTool, verbs } from "./verb-tables.ts";

/** By which name of the network others find it. */
export const ALIAS = ["--alias"];

export const DOCKER: VerbTool = {
  valued: [
    ...["-f", "--file", "-p", "--project-name", "-t", "--time", "--timeout", "-s", "--signal"],
    ...["--format", "--type", ...ALIAS],
  ],
  plain: ["--no-color", "-a", "--all", "-q", "--quiet", "--no-trunc", "--no-stream"],
  instead: ([tool, verb]) =>
    tool === "compose" && ["up", "create"].includes(verb ?? "")
      ? "it may make containers anew; compose start starts those that are there"
      : undefined,
  destroysWith:
    /^(-[a-z]*[vV]|--volumes|--renew-anon-volumes|--force-recreate|rm|rmi|prune|remove|cp)$/,
  verbs: new Map([
    ...verbs("read", ["ps", "logs", "inspect", "stats", "top", "images", "version", "info"]),
    ...verbs("read", ["--version"]),
    ...verbs("read", ["port", "events", "context ls", "image ls", "image inspect"]),
    ...verbs("read", ["diff", "container ls", "container inspect", "container logs", "network ls"]),
    ...verbs("read", ["network inspect", "volume ls", "volume inspect", "compose ps"]),
    ...verbs("read", ["compose logs", "compose config", "compose ls", "compose top"]),
    ...verbs("read", ["compose images", "compose port", "compose version", "system df"]),
    ...verbs("read", ["container stats", "container top", "container port", "compose events"]),
    // With which variables an image was made.
    ...verbs("oversight", ["history", "image history"]),
    ...verbs("start", ["start", "unpause", "container start", "container unpause"]),
    ...verbs("start", ["compose start", "compose unpause"]),
    ...verbs("interrupt", ["stop", "restart", "kill", "pause", "container stop", "compose stop"]),
    ...verbs("interrupt", ["container restart", "container kill", "container pause"]),
    ...verbs("interrupt", ["compose restart", "compose kill", "compose pause"]),
    ...verbs("interrupt", ["network disconnect"]),
    ...verbs("network", ["network connect"]),
    ...verbs("unknown", ["update", "container update"]),
    ...verbs("destroy", ["rm", "container rm", "volume rm", "compose rm", "rmi", "image rm"]),
    ...verbs("destroy", ["compose down"]),
    ...verbs("destroy", ["swarm leave", "system prune", "volume prune"]),
    // The engine's own, and what is elsewhere.
    ...verbs("foreign", ["swarm", "node", "service", "stack", "secret", "plugin", "context use"]),
    ...verbs("foreign", ["login", "logout", "push", "pull", "search", "tag", "commit", "rename"]),
    ...verbs("foreign", [
      "build",
      "buildx",
      "builder",
      "import",
      "load",
      "save",
      "export",
      "trust",
    ]),
    ...verbs("foreign", ["volume create", "network create", "checkpoint", "container rename"]),
  ]),
};
