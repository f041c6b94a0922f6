// How a member that is not PD leader answers for the leader: by asking it. After serverapi's
// middleware.go and apiutil.go: no second hop, a wait for a leader, 503 or 500 as plain text.
import { ERRORS } from "../go/errors.ts";
import { knownLeader, officeOf, type PdMember } from "../member.ts";
import type { PdPlan } from "../settings.ts";
import { plainText, type Reply } from "./reply.ts";
import type { ApiRequest } from "./routes.ts";

const REDIRECTOR_HEADER = "PD-Redirector";
const FOLLOWER_HEADER = "PD-Allow-follower-handle";

/** What was to be answered here is `here`; everything else is already a reply. */
export type Redirection =
  | { readonly state: "here" }
  | { readonly state: "answered"; readonly reply: Reply };

export async function redirect(member: PdMember, request: ApiRequest): Promise<Redirection> {
  if (officeOf(member) || request.headers.has(FOLLOWER_HEADER)) return { state: "here" };
  const from = request.headers.get(REDIRECTOR_HEADER);
  if (from !== null) {
    member.log.warn("redirect but server is not leader", { from, server: nameOf(member) });
    return { state: "answered", reply: plainText(500, ERRORS.redirectToNotLeader) };
  }
  const leader = await waitForLeader(member);
  if (!leader) return { state: "answered", reply: plainText(503, ERRORS.redirectNoLeader) };
  if (officeOf(member)) return { state: "here" };
  if (leader === member.settings.self) {
    // The leader key is of its earlier life. PD forwards this to itself, and then refuses it.
    return { state: "answered", reply: plainText(500, ERRORS.redirectToNotLeader) };
  }
  return { state: "answered", reply: await forward(request, { member, leader }) };
}

/** 100 ms, 200, 400 … up to 3 s in all, scaled. */
async function waitForLeader(member: PdMember): Promise<PdPlan | undefined> {
  const { redirectWaitMs, redirectBackoffMs } = member.settings.timings;
  let waitedMs = 0;
  for (let pauseMs = redirectBackoffMs; ; pauseMs *= 2) {
    const leader = knownLeader(member);
    if (leader || waitedMs >= redirectWaitMs || member.signal.aborted) return leader;
    const stepMs = Math.min(pauseMs, redirectWaitMs - waitedMs);
    await member.clock.sleep(stepMs, member.signal);
    waitedMs += stepMs;
  }
}

interface Hop {
  readonly member: PdMember;
  readonly leader: PdPlan;
}

async function forward(request: ApiRequest, { member, leader }: Hop): Promise<Reply> {
  const query = request.query.size > 0 ? `?${request.query}` : "";
  const limits = [member.signal, AbortSignal.timeout(member.settings.timings.proxyMs)];
  try {
    const response = await fetch(`${leader.clientUrl}${request.path}${query}`, {
      method: request.method,
      headers: { [REDIRECTOR_HEADER]: nameOf(member) },
      signal: AbortSignal.any(limits),
      ...(request.body === "" ? {} : { body: request.body }),
    });
    const contentType = response.headers.get("content-type") ?? undefined;
    return { status: response.status, contentType, body: await response.text() };
  } catch {
    member.log.error("proxy failed", { leader: leader.name, path: request.path });
    return plainText(500, ERRORS.redirect);
  }
}

function nameOf(member: PdMember): string {
  return member.settings.self.name;
}
