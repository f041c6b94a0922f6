// A PD that only places stores and takes heartbeats: enough for stores to be tested without it.
import {
  type JoinReply,
  joinRequestSchema,
  PD_PATHS,
  type Region,
  type RegionHeartbeat,
  type RegionHeartbeatReply,
  regionHeartbeatSchema,
  type StoreHeartbeat,
  storeHeartbeatSchema,
} from "../../../subjects/tikv/stand-in/protocol.ts";

export class FakePd implements AsyncDisposable {
  readonly port: number;
  readonly storeHeartbeats: StoreHeartbeat[] = [];
  readonly regionHeartbeats: RegionHeartbeat[] = [];
  /** Handed out once, with the next region heartbeat of whoever leads that region. */
  readonly operators: RegionHeartbeatReply["operators"] = [];
  readonly #addresses: string[] = [];
  readonly #server: Bun.Server<undefined>;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => this.#answer(new URL(request.url).pathname, await request.json()),
    });
    this.port = this.#server.port ?? 0;
  }

  /** Store id of the leader that each region was last reported with. */
  leaders(): Map<number, number> {
    return new Map(
      this.regionHeartbeats.flatMap(({ store_id, regions }) =>
        regions.map((region) => [region.region_id, store_id] as const),
      ),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.stop(true);
  }

  #answer(path: string, body: unknown): Response {
    switch (path) {
      case PD_PATHS.join:
        return Response.json(this.#join(joinRequestSchema.parse(body).address));
      case PD_PATHS.storeHeartbeat:
        this.storeHeartbeats.push(storeHeartbeatSchema.parse(body));
        return Response.json({ operators: [] });
      case PD_PATHS.regionHeartbeat:
        return Response.json(this.#regions(regionHeartbeatSchema.parse(body)));
      default:
        return new Response("not found", { status: 404 });
    }
  }

  #join(address: string): JoinReply {
    if (!this.#addresses.includes(address)) this.#addresses.push(address);
    const stores = this.#addresses.map((known, index) => ({ id: index + 1, address: known }));
    return {
      store_id: this.#addresses.indexOf(address) + 1,
      regions: stores.length < 3 ? [] : [region(10, "", "6D"), region(20, "6D", "")],
      stores,
    };
  }

  #regions(heartbeat: RegionHeartbeat): RegionHeartbeatReply {
    this.regionHeartbeats.push(heartbeat);
    const led = heartbeat.regions.map(({ region_id }) => region_id);
    const due = this.operators.filter(({ region_id }) => led.includes(region_id));
    for (const operator of due) this.operators.splice(this.operators.indexOf(operator), 1);
    return { operators: due };
  }
}

/** 6D is "m": keys from there on are in the second one. */
function region(id: number, startKey: string, endKey: string): Region {
  const peers = [1, 2, 3].map((storeId) => ({ id: id + storeId, store_id: storeId }));
  return { id, start_key: startKey, end_key: endKey, peers };
}
