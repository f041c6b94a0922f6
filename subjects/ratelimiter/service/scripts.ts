// What runs inside Redis, atomically and by its clock. Each script touches keys of one hash tag
// only. The first line names it, wherever its text is shown.

/** `sha` is what EVALSHA takes: SHA-1 of the text, in hex. */
export interface Script {
  readonly name: string;
  readonly text: string;
  readonly sha: string;
}

function script(name: string, body: string): Script {
  const text = `-- ratelimiter:${name}\n${body.trim()}\n`;
  return { name, text, sha: new Bun.CryptoHasher("sha1").update(text).digest("hex") };
}

/**
 * Into limit and window_ms: what KEYS[2] says while it is in force, else ARGV[1] and ARGV[2]. Into
 * used: the units in the window that ends now; start is the text of when it began.
 */
const READ_USE = `
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local limit, window_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
if redis.call('HGET', KEYS[2], 'limit') then
  local override = redis.call('HMGET', KEYS[2], 'limit', 'window_ms', 'until_ms')
  local ends_ms = tonumber(override[3] or '')
  if not ends_ms or ends_ms * 1000 > now_us then
    limit = tonumber(override[1]) or limit
    window_ms = tonumber(override[2] or '') or window_ms
  end
end
local window_us = window_ms * 1000
local start = string.format('%.0f', now_us - window_us)
local used = redis.call('ZCOUNT', KEYS[1], '(' .. start, '+inf')
`;

/**
 * KEYS: log, limit. ARGV: declared limit, its window_ms, cost, prefix of members.
 * Returns [verdict, used, limit, window_ms, now_us, reset_us, retry_after_us]; verdict 1 allowed,
 * 0 denied, -1 the cost can never pass. `used` is after this check. Scores ahead of Redis's clock
 * count as used.
 * The entries are added before old ones are dropped, so that a Redis that is out of memory refuses
 * at the first write and leaves nothing half done. A denied check writes no entry; it renews an
 * expiry that ends before the window does, and so at most once a second.
 * Every call out of Lua costs a microsecond or two, and a number half of one more than its text:
 * nothing is asked that is known already, and the score is put together from TIME's own words.
 */
export const CHECK_SCRIPT: Script = script(
  "check",
  `${READ_USE}
local log, cost = KEYS[1], tonumber(ARGV[3])
local function us_until_gone(index)
  local score = redis.call('ZRANGE', log, index, index, 'WITHSCORES')[2]
  return math.max(1, math.min(window_us, score + window_us - now_us))
end
if used + cost > limit then
  if cost > limit and limit > 0 then return {-1, used, limit, window_ms, now_us, 0, 0} end
  if used == 0 then return {0, 0, limit, window_ms, now_us, 0, window_us} end
  if redis.call('PTTL', log) < window_ms then redis.call('PEXPIRE', log, window_ms + 1000) end
  local oldest = redis.call('ZCARD', log) - used
  local missing = math.min(used, used + cost - limit)
  local reset_us = us_until_gone(oldest)
  local retry_us = missing == 1 and reset_us or us_until_gone(oldest + missing - 1)
  return {0, used, limit, window_ms, now_us, reset_us, retry_us}
end
local now = time[1] .. string.sub('00000' .. time[2], -6)
if cost == 1 then
  redis.call('ZADD', log, now, ARGV[4])
else
  local added = {}
  for unit = 1, cost do
    added[2 * unit - 1] = now
    added[2 * unit] = ARGV[4] .. '-' .. unit
  end
  redis.call('ZADD', log, unpack(added))
end
redis.call('PEXPIRE', log, window_ms + 1000)
redis.call('ZREMRANGEBYSCORE', log, '-inf', start)
local reset_us = used > 0 and us_until_gone('0') or window_us
return {1, used + cost, limit, window_ms, now_us, reset_us, 0}
`,
);

/** KEYS: log, limit. ARGV: declared limit, window_ms. Returns [used, limit, window_ms, PTTL]. */
export const COUNTER_SCRIPT: Script = script(
  "counter",
  `${READ_USE}
return {used, limit, window_ms, redis.call('PTTL', KEYS[1])}
`,
);

/**
 * KEYS: limit. ARGV: limit, window_ms, until_ms or "", for_ms, set_by, most ms ahead.
 * Returns until_ms, or 0 when it is not ahead of Redis's clock, or -1 when it is too far ahead.
 */
export const OVERRIDE_SCRIPT: Script = script(
  "override",
  `
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local until_ms = tonumber(ARGV[3]) or now_ms + tonumber(ARGV[4])
if until_ms <= now_ms then return 0 end
if until_ms > now_ms + tonumber(ARGV[6]) then return -1 end
local until_text = string.format('%.0f', until_ms)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'limit', ARGV[1], 'window_ms', ARGV[2], 'until_ms', until_text,
  'set_by', ARGV[5])
redis.call('PEXPIREAT', KEYS[1], until_text)
return until_ms
`,
);

/**
 * KEYS: limit. Takes out an override that never ends; one that ends by itself stays. Returns 1 when
 * it is gone, else 0, and the fields and values that were found.
 */
export const RESTORE_SCRIPT: Script = script(
  "restore",
  `
local held = redis.call('HGETALL', KEYS[1])
local until_ms = tonumber(redis.call('HGET', KEYS[1], 'until_ms') or '')
if until_ms or redis.call('PTTL', KEYS[1]) >= 0 then return {0, held} end
redis.call('DEL', KEYS[1])
return {1, held}
`,
);

/** KEYS: limit. ARGV: limit, window_ms. Takes out an override of them without an end, no other. */
export const WITHDRAW_SCRIPT: Script = script(
  "withdraw",
  `
local held = redis.call('HMGET', KEYS[1], 'limit', 'window_ms', 'until_ms')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] then return 0 end
if redis.call('PTTL', KEYS[1]) >= 0 then return 0 end
return redis.call('DEL', KEYS[1])
`,
);

/**
 * KEYS: log. ARGV: us ahead of Redis's clock that are let pass, us ago, ms that it lives on or "".
 * What lies further ahead is dated so long ago: whether it was granted nobody can tell, and one
 * window later it is out. Returns [redated, all].
 */
export const REDATE_SCRIPT: Script = script(
  "redate",
  `
local time = redis.call('TIME')
local now = time[1] .. string.sub('00000' .. time[2], -6)
local from = string.format('%.0f', now + ARGV[1])
local ahead = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. from, '+inf')
local ago = string.format('%.0f', now - ARGV[2])
for _, member in ipairs(ahead) do redis.call('ZADD', KEYS[1], 'XX', ago, member) end
if ARGV[3] ~= '' and redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {#ahead, redis.call('ZCARD', KEYS[1])}
`,
);

/**
 * KEYS: log, limit. ARGV: declared limit, its window_ms. Forgets the log. Returns [used, now_us]:
 * what it held, and when.
 */
export const RESET_SCRIPT: Script = script(
  "reset",
  `${READ_USE}
redis.call('DEL', KEYS[1])
return {used, now_us}
`,
);

export const ALL_SCRIPTS: readonly Script[] = [
  CHECK_SCRIPT,
  COUNTER_SCRIPT,
  OVERRIDE_SCRIPT,
  RESET_SCRIPT,
];
