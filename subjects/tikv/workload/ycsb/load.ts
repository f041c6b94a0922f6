// The load of real TiKV: go-ycsb, which speaks gRPC as ours does not. Half of its operations read
// what was written last, half insert.
import type { ContainerLoad, LoadRate } from "../../../../src/domain/load.ts";
import { openYcsbReader } from "./reader.ts";

export const ycsbLoad: ContainerLoad = {
  name: "go-ycsb",
  variable: "OPERATOR_IMAGE_YCSB",
  // Its makers name no other tag.
  image: "pingcap/go-ycsb:latest",
  words,
  openReader: openYcsbReader,
};

const THREADS = 16;
/** It has no word for endless. */
const OPERATIONS_MAX = 2 ** 31 - 1;

/**
 * Properties of pingcap/go-ycsb v1.0.1, pkg/prop/prop.go. An update would be counted as done where
 * its read failed (db/tikv/raw.go), an insert is not; `latest` reads keys that are there without a
 * phase that loads them. One PD member leads to the others.
 */
function words({ opsPerSecond, keys }: LoadRate): readonly string[] {
  const properties = {
    "tikv.pd": "pd1:2379",
    "tikv.type": "raw",
    workload: "core",
    recordcount: keys,
    operationcount: OPERATIONS_MAX,
    readproportion: 0.5,
    insertproportion: 0.5,
    updateproportion: 0,
    requestdistribution: "latest",
    threadcount: THREADS,
    target: opsPerSecond,
    "measurement.interval": 1,
  };
  return [
    "run",
    "tikv",
    ...Object.entries(properties).flatMap(([key, value]) => ["-p", `${key}=${value}`]),
  ];
}
