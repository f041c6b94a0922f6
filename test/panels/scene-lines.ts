// What monitor and agent print while a killed store is repaired, word for word.

export const MONITOR_LINES: readonly string[] = [
  "Monitor watching tikv every 1000 ms",
  "cannot see: 3 of 36 verdicts unknown; high_p99_latency of tikv1 (needs two s" +
    "crapes, this is the first)",
  "all invariants hold (36 verdicts)",
  "1 violation(s) detected: store_unreachable of tikv2 (no sign of life: connec" + "tion refused)",
  "2 violation(s) detected: store_unreachable of tikv2 (no sign of life: connec" +
    "tion refused); store_down of tikv2 (PD says Disconnected)",
  "Ticket #1 opened -> open: store_unreachable of tikv2: no sign of life: conne" + "ction refused",
  "cannot see: 1 of 36 verdicts unknown; high_p99_latency of tikv2 (needs two s" +
    "crapes, this is the first)",
  "all invariants hold (36 verdicts)",
  "Ticket #1 verified -> resolved (verified_fix): store_unreachable of tikv2: h" +
    "eld in 3 consecutive observations over 2.0 s",
];

export const AGENT_LINES: readonly string[] = [
  "no ANTHROPIC_API_KEY: the runbook model answers",
  "Agent loop starting",
  "Processing ticket #1: tikv/store_unreachable/tikv2: no sign of life: connect" + "ion refused",
  "[Runbook] tikv2 is in trouble: no sign of life: connection refused. I look a" +
    "t its process first.",
  "[Tool Call] shell: operator subject status tikv --json (see the state of eve" +
    "ry member's process)",
  '[Tool Result] Exit 3: {"subject":"tikv","is_up":true,"time_scale":10,"member' +
    's":[{"name":"pd1","role":"pd","state":"running","is_stand_in":true,"ports":{' +
    '"client":21098,"peer":21099},…',
  "[Runbook] What did tikv2 say last?",
  "[Tool Call] shell: operator subject logs tikv tikv2 --lines 10 (see why it i" +
    "s in this state)",
  "[Tool Result] Exit 0: 2026-11-21T21:28:42.446Z [2026/11/21 21:28:42.436 +00:" +
    '00] [INFO] [stand-in.ts:1] ["starting a stand-in store"] [addr=127.0.0.1:211' +
    "06] [version=8.5.7] 2026-11-2…",
  "[Runbook] Its process is stopped. Its data is in place, so start_member is s" + "afe.",
  "[Tool Call] act: start_member tikv2 (tikv2 is stopped)",
  "[Guard] allow: starts tikv2: mode execute allows it",
  "[Tool Result] Exit 0: done: tikv2 was stopped and is running, process 1540; " +
    "postcondition met after 0.18 s",
  "[Runbook] Done; the monitor shall verify it.",
  "[Tool Call] conclude: fixed: done: tikv2 was stopped and is running, process" +
    " 1540; postcondition met after 0.18 s (audit event 13). Its log ended: 2026-" +
    "11-21T21:28:44.232Z [2026/11/21 21:28:44.232 +00:00] [INFO] [stand-in.ts:1] " +
    '["TiKV is ready to serve"] [store_id=1]',
  "Ticket #1 -> verifying",
  "[Verify] waiting for the monitor to confirm",
  "[Verify] resolved as verified_fix",
  "Ticket #1 -> resolved",
];
