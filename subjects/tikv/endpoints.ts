// How a person names a TiKV cluster that runs elsewhere. Apart, for every command knows it.
import type { EndpointPlan } from "../../src/domain/subject.ts";

export const tikvEndpoints: readonly EndpointPlan[] = [
  {
    flag: "pd",
    variable: "PD_ENDPOINT",
    describes: "PD endpoints of a cluster that runs elsewhere",
    schemes: ["http:", "https:"],
    example: "http://host:2379",
  },
];
