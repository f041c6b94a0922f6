// A PD that lists more than there can be, or one member many times: it is not believed.
import { expect, test } from "bun:test";
import { declareFound, declareFrom } from "../../subjects/tikv/observe/declaration.ts";
import { parseMembers, parseStores } from "../../subjects/tikv/observe/pd-answers.ts";

const MEMBER = { name: "px", client_urls: ["http://127.0.0.1:9"] };
const STATUS = {
  ...{ capacity: "1GiB", available: "1GiB", leader_count: 0, leader_weight: 1, region_count: 0 },
};

function membersText(members: readonly unknown[]): string {
  return JSON.stringify({ header: { cluster_id: 7 }, members });
}

test("a member that is listed again and again is declared once", () => {
  const value = parseMembers(membersText(Array.from({ length: 50 }, () => MEMBER)));
  const nothing = { state: "failed", reason: "unread", atMs: 0 } as const;
  const others = { storeList: nothing, schedulers: nothing, replication: nothing };
  const declared = declareFrom({ subject: "tikv", timeScale: 1, members: [], endpoints: [] });
  const found = { membership: { state: "read", value, atMs: 0 } as const, ...others };
  const once = declareFound(declared, found);
  expect(once.pdMembers).toEqual([{ name: "px", url: "http://127.0.0.1:9" }]);
  expect(declareFound(once, found).pdMembers).toEqual(once.pdMembers);
});

test("a list that is longer than any is no answer", () => {
  const members = (length: number) =>
    membersText(Array.from({ length }, (_, index) => ({ ...MEMBER, name: `pd${index}` })));
  expect(parseMembers(members(100)).members).toHaveLength(100);
  expect(() => parseMembers(members(101))).toThrow("100");
  const stores = (length: number) =>
    JSON.stringify({
      stores: Array.from({ length }, (_, id) => ({
        store: { id, address: `10.0.0.1:${id}`, state_name: "Up" },
        status: STATUS,
      })),
    });
  expect(parseStores(stores(2_000))).toHaveLength(2_000);
  expect(() => parseStores(stores(2_001))).toThrow("2000");
});
