// Pure: whether a person's name for an image can be one. An engine would only say that it is none,
// and not where it came from.
import { OperatorError } from "../../domain/errors.ts";

/** Host and port of a registry, path, tag, digest: as github.com/distribution/reference has it. */
const PATH_PART = "[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*";
const REGISTRY = "(?:[A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:]+\\])(?::\\d+)?";
const IMAGE = new RegExp(
  `^(?:${REGISTRY}/)?${PATH_PART}(?:/${PATH_PART})*` +
    "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9+._-]+:[0-9a-f]{32,})?$",
);

/** Throws code "usage" for what no image can be called. */
export function checkImage(variable: string, image: string): string {
  if (IMAGE.test(image)) return image;
  throw new OperatorError("usage", `${variable} "${image}": no image can have this name`, {
    hint: "such as pingcap/pd:v8.5.7 or registry.example:5000/pd:v8.5.7, in small letters",
  });
}
