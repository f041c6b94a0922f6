// What a node answers, as data. The api port is for clients; the manage port for operators.

export type RouteName =
  | "check"
  | "live"
  | "health"
  | "metrics"
  | "list_counters"
  | "reset_counter"
  | "read_usage"
  | "list_nodes"
  | "forget_node"
  | "list_limits"
  | "put_override"
  | "remove_override"
  | "read_settings"
  | "put_settings";

export interface Route {
  readonly name: RouteName;
  readonly on: "api" | "manage";
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `{key}` and `{node}` stand for one part, percent-encoded. */
  readonly path: string;
}

/** Below /api every call needs the token: `Authorization: Bearer …`. */
export const ROUTES: readonly Route[] = [
  { name: "check", on: "api", method: "POST", path: "/check" },
  { name: "live", on: "api", method: "GET", path: "/live" },
  { name: "health", on: "manage", method: "GET", path: "/health" },
  { name: "metrics", on: "manage", method: "GET", path: "/metrics" },
  { name: "list_counters", on: "manage", method: "GET", path: "/api/counters" },
  { name: "reset_counter", on: "manage", method: "POST", path: "/api/counters/{key}/reset" },
  { name: "read_usage", on: "manage", method: "GET", path: "/api/usage" },
  { name: "list_nodes", on: "manage", method: "GET", path: "/api/nodes" },
  { name: "forget_node", on: "manage", method: "DELETE", path: "/api/nodes/{node}" },
  { name: "list_limits", on: "manage", method: "GET", path: "/api/limits" },
  { name: "put_override", on: "manage", method: "PUT", path: "/api/limits/{key}" },
  { name: "remove_override", on: "manage", method: "DELETE", path: "/api/limits/{key}" },
  { name: "read_settings", on: "manage", method: "GET", path: "/api/settings" },
  { name: "put_settings", on: "manage", method: "PUT", path: "/api/settings" },
];
