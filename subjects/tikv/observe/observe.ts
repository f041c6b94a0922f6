// One look at a TiKV cluster: PD's API through whichever member answers, and every member directly,
// all at once. The number of requests depends on the number of members, never on that of regions.
import { hurryWhenOneIsGone } from "../../../src/disturbances/away.ts";
import { askRuntime, markMembers } from "../../../src/disturbances/look.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Runtime } from "../../../src/domain/runtime.ts";
import type { UnresolvedTicket } from "../../../src/domain/subject.ts";
import type {
  Declaration,
  Leadership,
  PdSighting,
  RegionHealth,
  TikvObservation,
  Undeclared,
} from "../observation.ts";
import { askCluster, askHealth } from "./ask-cluster.ts";
import { declareFound } from "./declaration.ts";
import { membersOf } from "./members.ts";
import type { Membership } from "./pd-answers.ts";
import type { ProbeContext } from "./probe.ts";
import { completeStore, NOTHING_SIGHTED, sightMembers } from "./sight-members.ts";
import { findUndeclared } from "./undeclared.ts";

export interface LookOptions {
  readonly context: ProbeContext;
  readonly declared: Declaration;
  /** Base URLs of PD, the most promising first. */
  readonly pdUrls: readonly string[];
  /** What rates are counted from; absent at the first look. */
  readonly rateBase: TikvObservation | undefined;
  /** Absent at the first look. */
  readonly latest: TikvObservation | undefined;
  /** Absent where the members are not ours to handle. */
  readonly runtime: Runtime | undefined;
  readonly unresolved?: readonly UnresolvedTicket[] | undefined;
}

/**
 * Never rejects. Takes one deadline, or two when members were found that were not known before;
 * less when the runtime tells that one has just gone.
 */
export async function lookAtCluster(options: LookOptions): Promise<TikvObservation> {
  const { declared, pdUrls, rateBase, latest, runtime } = options;
  const { clock } = options.context;
  const startedAtMs = clock.now();
  const told = askRuntime({ ...options.context, runtime });
  using hurry = hurryWhenOneIsGone({ ...options.context, told, before: latest });
  const context = { ...options.context, signal: hurry.signal };
  const [answers, known, word] = await Promise.all([
    askCluster(context, pdUrls),
    sightMembers(context, { declared, known: NOTHING_SIGHTED }),
    told,
  ]);
  const declaredNow = declareFound(declared, answers, options.unresolved);
  const { pdMembers, stores } = await sightMembers(context, { declared: declaredNow, known });
  const leadership = leadershipOf(answers.membership, pdMembers);
  const undeclared = findUndeclared(declaredNow, answers);
  const parts = {
    declared: declaredNow,
    pdMembers,
    stores: stores.map((store) => completeStore(store, { answers, rateBase })),
    leadership,
    undeclared,
    pdHealth: await healthOf(pdMembers, { context, pdUrls, undeclared }),
    schedulers: answers.schedulers,
    replication: answers.replication,
    fewestVoters: answers.fewestVoters,
    regions: regionsOf(pdMembers, leadership),
  };
  const members = markMembers(membersOf(parts), word);
  return { subject: "tikv", startedAtMs, endedAtMs: clock.now(), members, ...parts, ...word };
}

interface HealthQuestion extends Pick<LookOptions, "context" | "pdUrls"> {
  readonly undeclared: Undeclared;
}

/**
 * By PD's list of members; without one, by what each member says of itself: PD's followers have no
 * answer of their own and wait up to 3 s for a leader (pkg/utils/apiutil/serverapi/middleware.go).
 */
function leadershipOf(
  membership: Reading<Membership>,
  pdMembers: readonly PdSighting[],
): Reading<Leadership> {
  const { atMs } = membership;
  if (membership.state === "read") {
    const { clusterId, leader, etcdLeader } = membership.value;
    const source = "PD's list of members";
    return { state: "read", value: { clusterId, leader, etcdLeader, source }, atMs };
  }
  const heard = pdMembers.filter(({ metrics }) => metrics.state === "read");
  const isLed = heard.some(({ metrics }) => readValue(metrics)?.isLeader);
  if (heard.length === 0 || isLed) return membership;
  const names = heard.map(({ name }) => name).join(", ");
  const source = `of the members that answer (${names}) none leads`;
  const value = { clusterId: null, leader: null, etcdLeader: null, source };
  return { state: "read", value, atMs };
}

/** Asked only for members that are not reached from here: then PD's word is all there is. */
async function healthOf(
  pdMembers: readonly PdSighting[],
  { context, pdUrls, undeclared }: HealthQuestion,
): Promise<TikvObservation["pdHealth"]> {
  const isUnreached = pdMembers.some(({ liveness }) => liveness.state === "failed");
  const others = readValue(undeclared.pdMembers) ?? [];
  if (isUnreached || others.length > 0) return askHealth(context, pdUrls);
  const reason = "not asked for: every member was asked itself";
  return { state: "failed", reason, atMs: context.clock.now() };
}

/** The leader's counts: a member that was deposed resets its own. */
function regionsOf(
  pdMembers: readonly PdSighting[],
  leadership: Reading<Leadership>,
): Reading<RegionHealth> {
  const { atMs } = leadership;
  const leaderName = readValue(leadership)?.leader;
  const leader = pdMembers.find(({ name }) => name === leaderName);
  if (!leader) return { state: "failed", reason: "no PD leader is known", atMs };
  if (leader.metrics.state === "failed") return leader.metrics;
  const { regions } = leader.metrics.value;
  if (regions) return { state: "read", value: regions, atMs: leader.metrics.atMs };
  return { state: "failed", reason: `${leader.name} has not counted regions yet`, atMs };
}
