// The image of our own, which no registry has by the name in the compose file: whoever needs it
// builds it, or names another.
import { OperatorError } from "../../domain/errors.ts";
import type { DockerPlan } from "../../domain/subject.ts";
import { imagesOf } from "./variables.ts";

export const OWN_IMAGE_VARIABLE = "OPERATOR_IMAGE_OPERATOR";
/** Where nobody named another, as in every compose file. */
export const OWN_IMAGE = "operator:0.1.0";

/** As the file names it; undefined where the subject does not run in it. */
export function ownImageOf(plan: DockerPlan): string | undefined {
  return imagesOf(plan, {})[OWN_IMAGE_VARIABLE];
}

export function ownImageMissing(image: string): OperatorError {
  return new OperatorError("runtime", `the docker engine does not have ${image}, our own image`, {
    hint: `in operator's sources ${sayHowToBuild(image)}; ${OWN_IMAGE_VARIABLE} names another`,
  });
}

/** For a person who has the sources. */
export function sayHowToBuild(image: string): string {
  const build = `docker build --file docker/operator.Dockerfile --tag ${image} .`;
  return `npm run build && ${build} makes it`;
}
