// What every PD member tells of itself: its part in etcd, its role, its process.
import { readdirSync } from "node:fs";
import { PD_VERSION } from "../api/members.ts";
import { etcdLeader, officeOf, type PdMember } from "../member.ts";
import { plainSeries, type Series } from "./series.ts";

export function memberSeries(member: PdMember): readonly Series[] {
  return [...etcdSeries(member), ...serverSeries(member), ...processSeries(member)];
}

function etcdSeries(member: PdMember): readonly Series[] {
  const leader = etcdLeader(member);
  return [
    plainSeries({
      name: "etcd_server_has_leader",
      help: "Whether or not a leader exists. 1 is existence, 0 is not.",
      value: leader ? 1 : 0,
    }),
    plainSeries({
      name: "etcd_server_is_leader",
      help: "Whether or not this member is a leader. 1 if is, 0 otherwise.",
      value: leader === member.settings.self ? 1 : 0,
    }),
    plainSeries({
      name: "etcd_server_leader_changes_seen_total",
      help: "The number of leader changes seen.",
      value: member.etcd.changes,
      type: "counter",
    }),
    {
      name: "pd_server_etcd_state",
      type: "gauge",
      help: "Etcd raft states.",
      samples: [
        { labels: { type: "term" }, value: member.raft.term() },
        { labels: { type: "appliedIndex" }, value: member.metadata.appliedIndex() },
        { labels: { type: "committedIndex" }, value: member.raft.progress().committedIndex },
      ],
    },
  ];
}

function serverSeries(member: PdMember): readonly Series[] {
  return [
    {
      name: "service_member_role",
      type: "gauge",
      help: "The leadership of the member",
      samples: [{ labels: { service: "PD" }, value: officeOf(member) ? 1 : 0 }],
    },
    {
      name: "pd_server_info",
      type: "gauge",
      help: "Indicate the pd server info, and the value is the start timestamp (s).",
      samples: [
        {
          labels: { hash: "stand-in", version: PD_VERSION },
          value: Math.floor(member.startedAtMs / 1000),
        },
      ],
    },
  ];
}

function processSeries(member: PdMember): readonly Series[] {
  const { user, system } = process.cpuUsage();
  return [
    plainSeries({
      name: "process_cpu_seconds_total",
      help: "Total user and system CPU time spent in seconds.",
      value: (user + system) / 1e6,
      type: "counter",
    }),
    plainSeries({
      name: "process_resident_memory_bytes",
      help: "Resident memory size in bytes.",
      value: process.memoryUsage.rss(),
    }),
    plainSeries({
      name: "process_start_time_seconds",
      help: "Start time of the process since unix epoch in seconds.",
      value: member.startedAtMs / 1000,
    }),
    ...openFileSeries(),
  ];
}

/** Only where the system shows them as files. */
function openFileSeries(): readonly Series[] {
  if (process.platform !== "linux") return [];
  const help = "Number of open file descriptors.";
  const value = readdirSync("/proc/self/fd").length;
  return [plainSeries({ name: "process_open_fds", help, value })];
}
