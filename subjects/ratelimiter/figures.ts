// What the clients of a rate limiter care about: that limits are kept, in both directions.
import type { LoadFigure } from "../../src/domain/load.ts";

export const limiterFigures: readonly LoadFigure[] = [
  { kind: "count", name: "allowed", forms: ["allowed"] },
  { kind: "count", name: "denied", forms: ["denied"] },
  {
    kind: "harm",
    name: "allowed_above_limit",
    label: "requests allowed above the limit",
    forms: [
      { unchecked: "limits not checked yet", none: "none above the limit", some: "ABOVE LIMIT" },
      { unchecked: "limits unchecked", none: "0 above limit", some: "ABOVE" },
    ],
  },
  {
    kind: "harm",
    name: "wrongly_denied",
    label: "requests wrongly denied",
    forms: [
      { unchecked: "denials not checked yet", none: "none wrongly denied", some: "WRONGLY DENIED" },
      { unchecked: "denials unchecked", none: "0 wrongly denied", some: "WRONG" },
    ],
  },
];
