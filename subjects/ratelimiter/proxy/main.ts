// The member "proxy": a link to Redis for each node, with toxics that a file keeps, so that a
// restart washes none away.
import { join } from "node:path";
import type { Clock } from "../../../src/domain/clock.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { Address } from "../address.ts";
import {
  type ControlPort,
  type ControlRoute,
  serveControl,
  untilAborted,
} from "../control-server.ts";
import { createKeeper, readKept } from "../kept-json.ts";
import {
  type Toxic,
  type ToxicsFile,
  toxicNameSchema,
  toxicSchema,
  toxicsFileSchema,
} from "./answers.ts";
import { ProxyLink } from "./link.ts";

export interface ProxyOptions extends ControlPort {
  readonly redis: Address;
  /** Where each node's way begins, by the node's name. */
  readonly links: Readonly<Record<string, Address>>;
  /** toxics.json lies here. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Until the signal aborts. Resolves with the exit code. */
export async function runProxy(options: ProxyOptions): Promise<number> {
  const { dataDir, signal, log } = options;
  const file = join(dataDir, "toxics.json");
  const kept = await readKept(file, { schema: toxicsFileSchema, whenMissing: {} });
  using stack = new DisposableStack();
  const links = linksOf(options, kept).map((link) => stack.use(link));
  const keep = createKeeper(file, () =>
    Object.fromEntries(links.map(({ node, toxics }) => [node, toxics])),
  );
  stack.use(serveControl(options, routesOf(links, keep)));
  log(`a way to redis for ${links.map(({ node }) => node).join(", ")}`);
  await untilAborted(signal);
  return 0;
}

function linksOf(
  { links, redis, clock, random, log }: ProxyOptions,
  kept: ToxicsFile,
): readonly ProxyLink[] {
  return Object.entries(links).map(([node, listen]) => {
    const toxics = kept[node] ?? {};
    return new ProxyLink({ node, listen, redis, toxics, clock, random, log });
  });
}

function routesOf(links: readonly ProxyLink[], keep: () => Promise<void>): readonly ControlRoute[] {
  const toxicPath = /^\/api\/links\/([^/]+)\/toxics\/([^/]+)$/;
  const change = async (link: ProxyLink, toxics: Readonly<Record<string, Toxic>>) => {
    link.setToxics(toxics);
    await keep();
    return link.describe();
  };
  return [
    {
      method: "GET",
      path: /^\/api\/links$/,
      answer: async () => ({ links: links.map((link) => link.describe()) }),
    },
    {
      method: "PUT",
      path: toxicPath,
      async answer([node = "", name = ""], body) {
        const link = linkOf(links, node);
        const toxic = { [toxicNameSchema.parse(name)]: toxicSchema.parse(body) };
        return change(link, { ...link.toxics, ...toxic });
      },
    },
    {
      method: "DELETE",
      path: toxicPath,
      async answer([node = "", name = ""]) {
        const link = linkOf(links, node);
        const { [name]: _removed, ...left } = link.toxics;
        return change(link, left);
      },
    },
  ];
}

function linkOf(links: readonly ProxyLink[], node: string): ProxyLink {
  const link = links.find((candidate) => candidate.node === node);
  if (link) return link;
  const valid = links.map((candidate) => candidate.node).join(", ");
  throw new OperatorError("not_found", `no link of "${node}": one of ${valid}`);
}
