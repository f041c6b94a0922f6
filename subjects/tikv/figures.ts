// What the clients of a TiKV cluster care about: that what was acknowledged is there.
import type { LoadFigure } from "../../src/domain/load.ts";

export const tikvFigures: readonly LoadFigure[] = [
  {
    kind: "count",
    name: "writes_acknowledged",
    forms: ["writes acknowledged", "acknowledged", "acked"],
  },
  {
    kind: "harm",
    name: "writes_lost",
    label: "acknowledged writes lost",
    forms: [{ unchecked: "loss not checked yet", none: "none lost", some: "LOST" }],
  },
];
