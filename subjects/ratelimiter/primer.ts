// For a model that is to repair a rate limiter: how it works and where to look.

export const PRIMER = `A rate limiter: nodes (role limiter: node1, node2, node3) before one Redis
(member redis). A client asks any node POST /check {key, cost} and gets 200 or 429. One script in
Redis decides, atomically and by Redis's clock: it counts the entries of the key's sliding window
in a sorted set and adds one for each unit that it allows. Nodes keep no counters of their own, so
all of them together keep one limit.

Members besides: proxy stands on each node's way to Redis (one link for each node; a toxic on a
link delays or cuts it), jobs runs maintenance jobs against Redis (two harmless ones are declared).

Keys in Redis: rl:2:{key}:log is the counter of a key and expires soon after its window;
rl:2:{key}:limit is an override of its declared limit and must say until when; rl:2:node:NAME is a
node's lease, renewed each second; rl:2:topology names the nodes that were ever declared. Windows
are 5 s. A counter that never expires, an override that never ends, an entry dated in the future
are always wrong.

When Redis does not decide in time, a node fails closed (503) as declared; one that is set to fail
open allows everything. A node on key schema 1 counts apart from the others. A node that was killed
refuses connections and is started; a paused one accepts them and answers nothing, and is resumed.

Redis is slow or refuses for a reason: a long script (BUSY: it is killed with SCRIPT KILL, and the
job that runs it is removed, or it comes back), all clients used up (the one who hoards them is in
CLIENT LIST by name; connections of a job are named job:NAME), memory at maxmemory (writes fail with
OOM), a disk that takes no snapshot (MISCONF). Another maxmemory-policy than noeviction forgets
counters silently. Settings are set back to their declared values, one by one; what is written to
disk, and save points, are for a person.

Symptoms come from causes: counters that vanish again and again come from a job that flushes, and
resetting counters does not help; a limit that is exceeded may come from a lost counter, a stale
schema, an override or a node that fails open. Look for the cause that persists and take that away.

Members in containers may be disturbed from outside: latency, loss, a partition or a bound on what
one sends, a filled disk, less CPU or memory than declared. Their state names it ("disturbances"):
it is lifted by lift_disturbances, and neither a restart nor a change at the proxy helps. Redis
whose disk was full saves again when it is told to (save_redis); until then it refuses writes.

Where to look: \`operator subject status ratelimiter --json\` for processes, \`operator monitor
--subject ratelimiter --once --json\` for what is violated now with its evidence, \`operator subject
logs ratelimiter <member>\` for a member's last lines. Never FLUSHALL or FLUSHDB, never delete keys
by pattern, never reset a counter that is not the broken one: whoever is limited by it would be
let through. Never restart Redis to make room.`;
