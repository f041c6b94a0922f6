import { expect, test } from "bun:test";
import { readSamples } from "../../src/infra/prometheus-text.ts";

function read(page: string, names: readonly string[], samplesMax = 100) {
  return readSamples(page, { names: new Set(names), samplesMax });
}

test("wanted samples come with labels and values, the others not at all", () => {
  const page = `# HELP up Whether it is up.
# TYPE up gauge
up 1
upper 2
tikv_store_size_bytes{type="capacity"} 1.073741824e+09
tikv_grpc_msg_duration_seconds_bucket{type="kv_get",priority="",le="+Inf"} 42 1795375985123
up{zone="z1",} 0
`;
  const names = ["up", "tikv_store_size_bytes", "tikv_grpc_msg_duration_seconds_bucket"];
  expect(read(page, names)).toEqual([
    { name: "up", labels: {}, value: 1 },
    { name: "tikv_store_size_bytes", labels: { type: "capacity" }, value: 1_073_741_824 },
    {
      name: "tikv_grpc_msg_duration_seconds_bucket",
      labels: { type: "kv_get", priority: "", le: "+Inf" },
      value: 42,
    },
    { name: "up", labels: { zone: "z1" }, value: 0 },
  ]);
});

test("commas, braces, quotes, backslashes and newlines inside a label are text", () => {
  expect(read('m{a="x,y}=\\"q\\" \\\\ \\n",b="2"} 3', ["m"])).toEqual([
    { name: "m", labels: { a: 'x,y}="q" \\ \n', b: "2" }, value: 3 },
  ]);
});

test("NaN and the infinities are values", () => {
  const values = read("m NaN\nm +Inf\nm -Inf\n", ["m"]).map((sample) => sample.value);
  expect(values).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test("broken lines are passed over", () => {
  const page = 'm\nm{\nm{a="1" 2\nm{a=1} 2\nm one\nm{a="1"}\nm 7\r\n<html>m 8</html>';
  expect(read(page, ["m"])).toEqual([{ name: "m", labels: {}, value: 7 }]);
});

test("no more samples than the bound are read", () => {
  expect(read("m 1\n".repeat(1_000), ["m"], 10)).toHaveLength(10);
});
