// Whether enough is seen to judge at all: lasting blindness is a violation of its own.
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import { holds, type Opinion, violated } from "../../../src/domain/opinion.ts";
import type { TikvObservation } from "../observation.ts";
import { isBlind, judgeCluster, scaleTime, type TikvInvariant } from "./judge.ts";

const REASON_CHARS = 300;

export function cannotSee(timeScale: number): TikvInvariant {
  return {
    name: "cannot_see",
    describes: "The cluster can be seen: PD's API answers, and the stores that live show metrics.",
    severity: "critical",
    forMs: scaleTime({ realMs: 30_000, floorMs: 10_000 }, timeScale),
    settleMs: 3_000,
    judge: ({ current }) => judgeCluster(judgeSight(current)),
  };
}

function judgeSight(observation: TikvObservation): Opinion {
  if (isBlind(observation)) {
    const { leadership } = observation;
    const why = leadership.state === "failed" ? leadership.reason : "every probe timed out";
    return violated("nothing answers", { pd: why.slice(0, REASON_CHARS) });
  }
  const unseen = unseenParts(observation);
  const names = unseen.map(({ part }) => part);
  if (names.length === 0) return holds("every part was read");
  const [first] = unseen;
  const reason = `cannot read ${names.join(", ")}: ${first?.reason.slice(0, REASON_CHARS)}`;
  return violated(reason, { unseen: names });
}

interface Unseen {
  readonly part: string;
  readonly reason: string;
}

function unseenParts(observation: TikvObservation): readonly Unseen[] {
  const { leadership, schedulers, replication, stores } = observation;
  // Without a leader PD has no answers: that is known, and another invariant's matter.
  const isLed = readValue(leadership)?.leader !== null;
  const api = isLed
    ? [
        partOf("PD's members", leadership),
        partOf("PD's list of stores", stores[0]?.listed),
        partOf("PD's schedulers", schedulers),
        partOf("PD's replication config", replication),
      ]
    : [];
  const pages = stores
    .filter(({ liveness }) => readValue(liveness)?.state === "answers")
    // A TiFlash store has a metrics page of its own kind.
    .filter(({ listed }) => readValue(listed)?.isTiflash !== true)
    .map(({ name, metrics }) => partOf(`metrics of ${name}`, metrics));
  return [...api, ...pages].filter((unseen) => unseen !== undefined);
}

function partOf(part: string, reading: Reading<unknown> | undefined): Unseen | undefined {
  return reading?.state === "failed" ? { part, reason: reading.reason } : undefined;
}
